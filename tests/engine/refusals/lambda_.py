"""What Lambda refuses: taken names, no image, what isn't there, more reserved calls than the account has.

Not known here: whether an image really lies in its repository (a test says which does not: `Contents.no_images`) and
fits the architecture, what the role may do, what the code is. A role that was just made may be refused for some
seconds, which the provider waits out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Rule, at, gone, missing, taken

_IMAGE = re.compile(r"\d{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/.+[:@].+")
_INVALID = "InvalidParameterValueException"


def no_code(asked: Asked) -> Iterator[str]:
    """Say that there is nothing to run: no image, none in this region, or no archive."""
    if asked.new.get("packageType", "Zip") == "Zip":
        if not any(asked.new.get(key) for key in ("code", "s3Key")):
            yield "there is no archive to take the code from"
        return
    image = str(asked.new.get("imageUri"))
    matched = _IMAGE.fullmatch(image)
    if not matched or matched["region"] != asked.account.cloud.region or image in asked.account.contents.no_images:
        yield f"source image {image} is not valid; it has to lie in ECR of {asked.account.cloud.region}"


def too_much_environment(asked: Asked) -> Iterator[str]:
    """Say that the environment variables don't fit."""
    most = asked.account.quota("bytes of environment variables")
    for variables in at(asked.new, "environment.variables"):
        if len(json.dumps(variables, separators=(",", ":")).encode()) > most:
            yield f"the environment variables exceed the limit of {most} bytes"


def too_many_groups(asked: Asked) -> Iterator[str]:
    """Say that an interface has no place for so many security groups."""
    most = asked.account.quota("security groups of a network interface")
    if len(at(asked.new, "vpcConfig.securityGroupIds")) > most:
        yield f"a function may be in {most} security groups"


def too_much_reserved(asked: Asked) -> Iterator[str]:
    """Say that the account must keep some concurrency that no function has for itself."""
    wanted = asked.new.get("reservedConcurrentExecutions", -1)
    if wanted <= 0:
        return
    others = [
        function.get("reservedConcurrentExecutions", -1)
        for id_, function in asked.account.all(tokens.FUNCTION)
        if id_ != asked.new.get("name")
    ]
    left = asked.account.quota("concurrent executions") - wanted - sum(each for each in others if each > 0)
    least = asked.account.quota("unreserved concurrent executions")
    if left < least:
        yield f"{wanted} reserved executions leave {left} unreserved ones, less than the minimum of {least}"


def statement_taken(asked: Asked) -> Iterator[str]:
    """Say that the function's policy has a statement of the name."""
    for _, other in asked.account.all(tokens.PERMISSION):
        if asked.new.get("statementId") and all(
            asked.new.get(key) == other.get(key) for key in ("function", "statementId")
        ):
            yield f"the statement id {asked.new['statementId']} exists already"


_FUNCTION = partial(Rule, type=tokens.FUNCTION, service="Lambda")
_PERMISSION = partial(Rule, type=tokens.PERMISSION, service="Lambda")
_BOTH = {"create": "CreateFunction", "update": "UpdateFunctionConfiguration"}
_RESERVE = {"create": "PutFunctionConcurrency", "update": "PutFunctionConcurrency"}

RULES: tuple[Rule, ...] = (
    _FUNCTION(operations={"update": "UpdateFunctionConfiguration"}, code="ResourceNotFoundException", judge=gone),
    _FUNCTION(operations={"create": "CreateFunction"}, code="ResourceConflictException", judge=taken("name")),
    _FUNCTION(operations={"create": "CreateFunction", "update": "UpdateFunctionCode"}, code=_INVALID, judge=no_code),
    _FUNCTION(operations=_BOTH, code=_INVALID, judge=missing("role", Account.has_role)),
    _FUNCTION(operations=_BOTH, code=_INVALID, judge=missing("vpcConfig.securityGroupIds", Account.has_group)),
    _FUNCTION(operations=_BOTH, code=_INVALID, judge=missing("vpcConfig.subnetIds", Account.has_subnet)),
    _FUNCTION(operations=_BOTH, code=_INVALID, judge=missing("kmsKeyArn", Account.has_key)),
    _FUNCTION(operations=_BOTH, code=_INVALID, judge=too_many_groups),
    _FUNCTION(operations=_BOTH, code=_INVALID, judge=too_much_environment),
    _FUNCTION(operations=_RESERVE, code=_INVALID, judge=too_much_reserved),
    _PERMISSION(
        operations={"create": "AddPermission"},
        code="ResourceNotFoundException",
        judge=missing("function", Account.has_function),
    ),
    _PERMISSION(operations={"create": "AddPermission"}, code="ResourceConflictException", judge=statement_taken),
)
