"""What CloudWatch refuses, logs and alarms: taken names, protected groups, keys that aren't there.

An alarm of a taken name changes the one that has it. The documentation doesn't say which code a protected group has: of
the operation's it is the one that fits. Not known here: whether a key's policy lets the service use it,
whether an alarm's metric exists, and that RDS and Lambda make a group again with the last lines of what was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Rule, gone, missing, quota, taken


def is_protected(asked: Asked) -> Iterator[str]:
    """Say that the group is protected from deletion."""
    if asked.old and asked.old.get("deletionProtectionEnabled"):
        yield f"deletion protection of {asked.id} is on"


def too_many_alarms(asked: Asked) -> Iterator[str]:
    """Say that the account has all alarms that it may; one that exists is changed."""
    if asked.account.find(asked.type, "name", str(asked.new.get("name"))) is None:
        yield from quota("alarms")(asked)


_GROUP = partial(Rule, type=tokens.LOG_GROUP, service="CloudWatch Logs")
_MAKE = {"create": "CreateLogGroup"}

RULES: tuple[Rule, ...] = (
    _GROUP(operations={"update": "PutRetentionPolicy"}, code="ResourceNotFoundException", judge=gone),
    _GROUP(operations=_MAKE, code="ResourceAlreadyExistsException", judge=taken("name")),
    _GROUP(operations=_MAKE, code="LimitExceededException", judge=quota("log groups")),
    _GROUP(
        operations=_MAKE | {"update": "AssociateKmsKey"},
        code="InvalidParameterException",
        judge=missing("kmsKeyId", Account.has_key),
    ),
    _GROUP(operations={"delete": "DeleteLogGroup"}, code="ValidationException", judge=is_protected),
    Rule(
        type=tokens.ALARM,
        service="CloudWatch",
        operations={"create": "PutMetricAlarm"},
        code="LimitExceeded",
        judge=too_many_alarms,
    ),
)
