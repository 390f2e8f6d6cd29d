"""Rules on the code of functions that come as a zip: signed, and on a runtime that AWS patches longest."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.rule import ResourceRule
from policies.rules.shapes import shown
from policies.view import Resource

# The newest Python runtime of Lambda, by the enumeration `Runtime` of botocore's model.
NEWEST_PYTHON = "python3.15"


def _is_zip(resource: Resource) -> bool:
    return resource.text("packageType", "Zip") == "Zip"


def _signed(resource: Resource, _context: Context) -> Iterator[str]:
    if _is_zip(resource) and resource.peek("codeSigningConfigArn") is None:
        yield "codeSigningConfigArn is not set; Lambda takes a zip that nobody signed"


CODE_SIGNING = ResourceRule(
    id="lambda-code-signing",
    title="A function's zip must be signed.",
    why="Whoever may update the function's code can run any code as its role.",
    fix="Sign the zip with AWS Signer, and set code_signing_config_arn.",
    types=(tokens.FUNCTION,),
    severity="low",
    default_level="advisory",
    judge=_signed,
)


def _newest(resource: Resource, _context: Context) -> Iterator[str]:
    runtime = resource.text("runtime")
    if _is_zip(resource) and runtime != NEWEST_PYTHON:
        yield f"runtime is {shown(runtime)}; the newest is {NEWEST_PYTHON}"


NEWEST_RUNTIME = ResourceRule(
    id="lambda-newest-runtime",
    title="A zip function must have the newest runtime.",
    why="AWS stops patching a runtime some years after it came; the newest is patched longest.",
    fix=f"Set runtime to {NEWEST_PYTHON}, and run the function's tests with that version.",
    types=(tokens.FUNCTION,),
    severity="low",
    default_level="advisory",
    judge=_newest,
)


RULES = (CODE_SIGNING, NEWEST_RUNTIME)
