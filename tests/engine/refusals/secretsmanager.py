"""What Secrets Manager refuses: taken names, those of secrets that can still be restored, and what isn't there.

Not known here: what a key's policy and a secret's allow, and that a name is free some time after its secret was deleted
for good, not at once, which the provider waits out. Whether a secret's key exists is found when a value is put.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Rule, gone, missing, quota, taken

SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
ROTATES = "secretsmanager.amazonaws.com"
DENIED = "terraform-provider-aws, internal/service/secretsmanager/secret_rotation.go"


def name_in_recovery(asked: Asked) -> Iterator[str]:
    """Say that a deleted secret keeps its name until it can't be restored any more."""
    if asked.new.get("name") in asked.account.contents.recoverable:
        yield f"a secret named {asked.new['name']} is already scheduled for deletion"


def no_key(asked: Asked) -> Iterator[str]:
    """Say that the secret's key can't encrypt."""
    secret = asked.account.find(tokens.SECRET, "arn", str(asked.new.get("secretId"))) or {}
    key = secret.get("kmsKeyId")
    if key and not asked.account.has_key(key):
        yield f"the key {key} of {asked.new.get('secretId')} can't be used"


def not_invocable(asked: Asked) -> Iterator[str]:
    """Say that Secrets Manager may not call the function: it isn't there, or its policy doesn't say so."""
    function, secret = str(asked.new.get("rotationLambdaArn")), asked.new.get("secretId")
    allowed = any(
        permission.get("principal") == ROTATES
        and permission.get("sourceArn") in (None, secret)
        and function in (permission.get("function"), _arn(asked, permission.get("function")))
        for _, permission in asked.account.all(tokens.PERMISSION)
    )
    if not (allowed and asked.account.has_function(function)):
        yield f"Secrets Manager cannot invoke the function {function}"


def _arn(asked: Asked, function: Any) -> Any:
    return (asked.account.find(tokens.FUNCTION, "name", str(function)) or {}).get("arn")


_SECRET = partial(Rule, type=tokens.SECRET, service="Secrets Manager")
_VERSION = partial(Rule, type=SECRET_VERSION, service="Secrets Manager")
_MAKE = {"create": "CreateSecret"}
_PUT = {"create": "PutSecretValue"}
_POLICY = {"create": "PutResourcePolicy", "update": "PutResourcePolicy"}
_ROTATE = {"create": "RotateSecret", "update": "RotateSecret"}
_NOT_FOUND = "ResourceNotFoundException"

RULES: tuple[Rule, ...] = (
    _SECRET(operations={"update": "UpdateSecret"}, code=_NOT_FOUND, judge=gone),
    _SECRET(operations=_MAKE, code="ResourceExistsException", judge=taken("name")),
    _SECRET(operations=_MAKE, code="InvalidRequestException", judge=name_in_recovery),
    _SECRET(operations=_MAKE, code="LimitExceededException", judge=quota("secrets")),
    _VERSION(operations=_PUT, code=_NOT_FOUND, judge=missing("secretId", Account.has_secret)),
    _VERSION(operations=_PUT, code="EncryptionFailure", judge=no_key),
    Rule(
        type=tokens.SECRET_POLICY,
        service="Secrets Manager",
        operations=_POLICY,
        code=_NOT_FOUND,
        judge=missing("secretArn", Account.has_secret),
    ),
    Rule(
        type=tokens.ROTATION,
        service="Secrets Manager",
        operations=_ROTATE,
        code=_NOT_FOUND,
        judge=missing("secretId", Account.has_secret),
    ),
    Rule(
        type=tokens.ROTATION,
        service="Secrets Manager",
        operations=_ROTATE,
        code="AccessDeniedException",
        judge=not_invocable,
        source=DENIED,
    ),
)
