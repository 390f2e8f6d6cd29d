"""Rules on the stack's key: it turns, nobody else may use it, and it lives as long as it must."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policies import tokens
from policies.context import Context
from policies.iam import DocumentError, Statement, describe, statements
from policies.rule import ResourceRule, Said, StackRule, said_of_each
from policies.rules.shapes import shown
from policies.view import Resource, StackView

_SYMMETRIC = "SYMMETRIC_DEFAULT"
MOST_ROTATION_DAYS = 365
# The provider's default, and the most that AWS KMS waits.
DEFAULT_DELETION_WINDOW = 30


def _rotation(resource: Resource, _context: Context) -> Iterator[str]:
    if resource.text("customerMasterKeySpec", _SYMMETRIC) != _SYMMETRIC:
        return  # AWS rotates symmetric keys alone
    if not resource.flag("enableKeyRotation", default=False):
        yield "enableKeyRotation is not true; the key would keep one secret for ever"
    period = resource.number("rotationPeriodInDays") or MOST_ROTATION_DAYS
    if period > MOST_ROTATION_DAYS:
        yield f"rotationPeriodInDays is {period:g}; at most {MOST_ROTATION_DAYS} are allowed"


ROTATION = ResourceRule(
    id="kms-rotation",
    title="The key must rotate every year.",
    why="A key that never changes makes every past leak a present one.",
    fix="Set enable_key_rotation=True on the key, and leave rotation_period_in_days or keep it at 365 or less.",
    types=(tokens.KEY,),
    severity="high",
    judge=_rotation,
)


def _no_public(stack: StackView, _context: Context) -> Said:
    return said_of_each(stack.of(tokens.KEY, tokens.KEY_POLICY), partial(_opens, stack))


def _opens(stack: StackView, resource: Resource) -> Iterator[str]:
    if resource.flag("bypassPolicyLockoutSafetyCheck", default=False):
        yield "bypassPolicyLockoutSafetyCheck is true; the key could be locked for everyone"
    if resource.type == tokens.KEY and resource.peek("policy") is None:
        if any(resource.urn in item.depends_by("keyId") for item in stack.of(tokens.KEY_POLICY)):
            return  # the policy is a resource of its own
        yield "policy is not set; AWS's default gives the key to every principal of the account"
        return
    try:
        found = statements(resource.get("policy"))
    except DocumentError as error:
        yield f"policy {error}"
        return
    for statement in found:
        if statement.allows and statement.for_everyone and not _bound_to_account(statement):
            yield f"policy: {describe(statement)} gives the key to anybody"
        if statement.allows and any(action in ("*", "kms:*") for action in statement.actions):
            yield f"policy: {describe(statement)} allows kms:*; name the actions"


def _bound_to_account(statement: Statement) -> bool:
    values = statement.condition("kms:CallerAccount") or statement.condition("aws:PrincipalAccount")
    return bool(values) and "*" not in values


NO_PUBLIC = StackRule(
    id="kms-no-public",
    title="The key must have a policy of its own that shares it with nobody outside.",
    why="Whoever may use the key may read everything that it encrypts.",
    fix="Set policy on the key, with named principals and actions (program/service/key_policy.py).",
    types=(tokens.KEY, tokens.KEY_POLICY),
    severity="critical",
    judge=_no_public,
)


def _deletion_window(resource: Resource, context: Context) -> Iterator[str]:
    wanted = getattr(context.common.kms_deletion_window_days, context.data_protection)
    found = resource.get("deletionWindowInDays", DEFAULT_DELETION_WINDOW)
    if found != wanted:
        mode = context.data_protection
        yield f"deletionWindowInDays is {shown(found)}; with dataProtection {mode} it must be {wanted}"


DELETION_WINDOW = ResourceRule(
    id="kms-deletion-window",
    title="A deleted key must wait as long as data protection asks for.",
    why="A key that is gone takes its data along; one that waits 30 days keeps a review stack's name and cost.",
    fix="Let program/service/protection.py set deletion_window_in_days.",
    types=(tokens.KEY,),
    limits=("kms_deletion_window_days",),
    judge=_deletion_window,
)


def _service_grants(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for key in stack.of(tokens.KEY):
        users = [
            (user, service)
            for type_, prop, service in (
                (tokens.LOG_GROUP, "kmsKeyId", "logs."),
                (tokens.TOPIC, "kmsMasterKeyId", "cloudwatch.amazonaws.com"),
            )
            for user in stack.of(type_)
            if key.urn in user.depends_by(prop)
        ]
        if not users:
            continue
        try:
            granted = list(_services(key))
        except DocumentError:
            continue  # kms-no-public says so
        for user, service in users:
            if not any(name.startswith(service) for name in granted):
                yield key, f"policy lets {service.rstrip('.')} neither encrypt nor decrypt, which {user.name} needs"


def _services(key: Resource) -> Iterator[str]:
    for statement in statements(key.get("policy")):
        if statement.allows and statement.grants("kms:Decrypt") and statement.grants("kms:GenerateDataKey"):
            yield from (name for kind, _, name in (p.partition(":") for p in statement.principals) if kind == "Service")


SERVICE_GRANTS = StackRule(
    id="kms-service-grants",
    title="The services that use the key on their own must be allowed to.",
    why="CloudWatch Logs and alarms fail silently when the key's policy doesn't name them.",
    fix="Give logs.<region>.amazonaws.com and cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey*.",
    types=(tokens.KEY, tokens.LOG_GROUP, tokens.TOPIC),
    severity="high",
    judge=_service_grants,
)

RULES = (ROTATION, NO_PUBLIC, DELETION_WINDOW, SERVICE_GRANTS)
