"""Rules on secrets: encrypted with the stack's key, private, and really rotated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.iam import DocumentError, describe, statements
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import own_key
from policies.schedules import ScheduleError, longest_days
from policies.view import Resource, StackView

ROTATOR = "secretsmanager.amazonaws.com"
# What the first version says: where the database is, and as whom the app connects.
_FIRST_VERSION = frozenset({"dbname", "engine", "host", "port", "username"})
_SENSITIVE = re.compile(r'"password"\s*:', re.IGNORECASE)

OWN_KEY = StackRule(
    id="sm-own-key",
    title="Secrets must be encrypted with the stack's own key.",
    why="AWS's default key lets every principal of the account that may read the secret decrypt it.",
    fix="Set kms_key_id to the stack's key.",
    types=(tokens.SECRET,),
    severity="high",
    judge=own_key(tokens.SECRET, "kmsKeyId"),
)


def _rotation(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    for rotation in stack.of(tokens.ROTATION):
        yield from ((rotation, message) for message in _schedule(rotation, context))
    for secret in stack.of(tokens.SECRET):
        rotations = [item for item in stack.of(tokens.ROTATION) if secret.urn in item.depends_by("secretId")]
        if not rotations:
            yield secret, "has no rotation; a password that never changes is everybody's in the end"
        for rotation in rotations:
            yield from _function(rotation, secret, stack)


def _schedule(rotation: Resource, context: Context) -> Iterator[str]:
    if not rotation.flag("rotationEnabled", default=True):
        yield "rotationEnabled is false"
    if not rotation.flag("rotateImmediately", default=True):
        yield "rotateImmediately is false; the secret would have no password until the first day of the schedule"
    days = rotation.number("rotationRules.automaticallyAfterDays")
    expression = rotation.text("rotationRules.scheduleExpression")
    if days is None or expression:
        try:
            days = max(longest_days(expression), days or 0)
        except ScheduleError as error:
            yield f"rotationRules {error}"
            return
    allowed = context.common.secret_rotation_days
    if days not in allowed:
        yield f"the secret rotates every {days:g} days; the limits allow {', '.join(str(value) for value in allowed)}"


def _function(rotation: Resource, secret: Resource, stack: StackView) -> Iterator[tuple[Resource, str]]:
    functions = stack.by_urn(rotation.depends_by("rotationLambdaArn"), tokens.FUNCTION)
    if not functions:
        yield rotation, "rotationLambdaArn is no function of this stack, so nothing rotates the secret"
    for function in functions:
        permissions = [
            item
            for item in stack.of(tokens.PERMISSION)
            if function.urn in item.depends_by("function") and item.get("principal") == ROTATOR
        ]
        if not any(secret.urn in item.depends_by("sourceArn") for item in permissions):
            yield rotation, f"{ROTATOR} may not call {function.name} for this secret; add a permission"
        elif not any(item.urn in rotation.dependencies for item in permissions):
            yield rotation, "doesn't depend on the permission; the first rotation would fail"


ROTATION = StackRule(
    id="sm-rotation",
    title="Every secret must rotate as often as the limits say, by a function that can rotate it.",
    why="A schedule without a function that may be called rotates nothing, and says nothing.",
    fix="Set secretRotationDays; give the rotation function, its permission and the dependency on it.",
    types=(tokens.SECRET, tokens.ROTATION, tokens.PERMISSION),
    severity="critical",
    limits=("secret_rotation_days",),
    judge=_rotation,
)


def _no_public(resource: Resource, _context: Context) -> Iterator[str]:
    if resource.type == tokens.SECRET_POLICY and not resource.flag("blockPublicPolicy", default=False):
        yield "blockPublicPolicy is not true; AWS then takes a policy that opens the secret"
    if resource.peek("policy") is None:
        return
    try:
        found = statements(resource.get("policy"))
    except DocumentError as error:
        yield f"policy {error}"
        return
    for statement in found:
        if statement.allows and statement.for_everyone:
            yield f"policy: {describe(statement)} gives the secret to anybody"


NO_PUBLIC = ResourceRule(
    id="sm-no-public",
    title="Secrets must not be shared outside the stack.",
    why="A resource policy opens a secret whatever IAM says.",
    fix="Set block_public_policy=True, and allow no principal *.",
    types=(tokens.SECRET, tokens.SECRET_POLICY),
    severity="critical",
    judge=_no_public,
)


def _no_password(resource: Resource, _context: Context) -> Iterator[str]:
    text = resource.text("secretString")
    if text and not _is_object(text) and not _SENSITIVE.search(text):
        yield f"secretString is no JSON object of {', '.join(sorted(_FIRST_VERSION))}; a password may stand in it"
    if _SENSITIVE.search(text):
        yield "secretString holds a password, which would stand in Pulumi's state; let the first rotation make it"


def _is_object(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and set(found) <= _FIRST_VERSION


NO_PASSWORD = ResourceRule(
    id="sm-no-password-in-state",
    title="No password may be in Pulumi's state.",
    why="State is read by more people than the secret is.",
    fix="Leave the password out of the first version; the first rotation makes it.",
    types=("aws:secretsmanager/secretVersion:SecretVersion",),
    severity="critical",
    judge=_no_password,
)

RULES = (OWN_KEY, ROTATION, NO_PUBLIC, NO_PASSWORD)
