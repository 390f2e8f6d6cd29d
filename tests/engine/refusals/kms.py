"""What KMS refuses: taken aliases, and keys that aren't there.

Not known here: what a key's policy allows whom, so neither that a policy locks its own writer out. A key that is in use
may be deleted: AWS only schedules it, and whatever it encrypted is lost then.
"""

from __future__ import annotations

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.iam import no_document
from tests.engine.refusals.rule import Asked, Judge, Rule, gone, missing, quota, taken


def _given(judge: Judge, key: str) -> Judge:
    """Return the judge for what may be left out: a key without a policy gets AWS's own."""
    return lambda asked: judge(asked) if _is_given(asked, key) else ()


def _is_given(asked: Asked, key: str) -> bool:
    return asked.new.get(key) is not None


RULES: tuple[Rule, ...] = (
    Rule(
        type=tokens.KEY,
        service="KMS",
        operations={"update": "UpdateKeyDescription"},
        code="NotFoundException",
        judge=gone,
    ),
    Rule(
        type=tokens.KEY,
        service="KMS",
        operations={"create": "CreateKey"},
        code="LimitExceededException",
        judge=quota("keys"),
    ),
    Rule(
        type=tokens.KEY,
        service="KMS",
        operations={"create": "CreateKey", "update": "PutKeyPolicy"},
        code="MalformedPolicyDocumentException",
        judge=_given(no_document("policy"), "policy"),
    ),
    Rule(
        type=tokens.ALIAS,
        service="KMS",
        operations={"update": "UpdateAlias"},
        code="NotFoundException",
        judge=gone,
    ),
    Rule(
        type=tokens.ALIAS,
        service="KMS",
        operations={"create": "CreateAlias"},
        code="AlreadyExistsException",
        judge=taken("name"),
    ),
    Rule(
        type=tokens.ALIAS,
        service="KMS",
        operations={"create": "CreateAlias", "update": "UpdateAlias"},
        code="NotFoundException",
        judge=missing("targetKeyId", Account.has_key),
    ),
)
