"""Rules on the one switch between data that can be destroyed and data that can't: no half states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from policies import tokens
from policies.context import Context
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import shown
from policies.view import Resource, StackView

_STATEFUL = (
    tokens.BUCKET,
    tokens.CLUSTER,
    tokens.CLUSTER_INSTANCE,
    tokens.IMAGE_REPOSITORY,
    tokens.KEY,
    tokens.LOG_GROUP,
    tokens.SECRET,
)


class _Judge(Protocol):
    """Judges one resource by the mode in which the stack keeps its data."""

    def __call__(self, resource: Resource, context: Context, /, *, protected: bool) -> Iterator[str]: ...


# The provider's default, in days.
DEFAULT_RECOVERY_WINDOW = 30


def _consistent(resource: Resource, context: Context) -> Iterator[str]:
    protected = context.data_protection == "protected"
    if resource.type in _STATEFUL and resource.protect is not protected:
        yield f"the option protect is {str(resource.protect).lower()}; {_wanted(context, protected)}"
    yield from _JUDGES.get(resource.type, _nothing)(resource, context, protected=protected)


def _wanted(context: Context, value: object) -> str:
    return f"with dataProtection {context.data_protection} it must be {str(value).lower()}"


def _nothing(_resource: Resource, _context: Context, *, protected: bool) -> Iterator[str]:  # noqa: ARG001
    return iter(())


def _cluster(resource: Resource, context: Context, *, protected: bool) -> Iterator[str]:
    for prop, default, wanted in (
        ("deletionProtection", False, protected),
        ("skipFinalSnapshot", False, not protected),
        ("deleteAutomatedBackups", True, not protected),
    ):
        found = resource.flag(prop, default=default)
        if found is not wanted:
            yield f"{prop} is {str(found).lower()}; {_wanted(context, wanted)}"
    if protected and not resource.get("finalSnapshotIdentifier"):
        yield "finalSnapshotIdentifier is not set; AWS then refuses to delete the cluster"


def _secret(resource: Resource, context: Context, *, protected: bool) -> Iterator[str]:
    days = resource.number("recoveryWindowInDays")
    found = DEFAULT_RECOVERY_WINDOW if days is None else days
    if protected and not 7 <= found <= 30:  # noqa: PLR2004  # Secrets Manager's own range
        yield f"recoveryWindowInDays is {found:g}; {_wanted(context, '7 to 30')}"
    if not protected and found != 0:
        yield f"recoveryWindowInDays is {found:g}; {_wanted(context, 0)}, or the name can't be used again"


def _log_group(resource: Resource, context: Context, *, protected: bool) -> Iterator[str]:
    if resource.flag("skipDestroy", default=False):
        yield "skipDestroy is true; a destroyed stack must leave nothing behind"
    found = resource.flag("deletionProtectionEnabled", default=False)
    if found is not protected:
        yield f"deletionProtectionEnabled is {str(found).lower()}; {_wanted(context, protected)}"


def _function(resource: Resource, _context: Context, *, protected: bool) -> Iterator[str]:  # noqa: ARG001
    if resource.flag("skipDestroy", default=False):
        yield "skipDestroy is true; a destroyed stack must leave nothing behind"


def _emptied(prop: str) -> _Judge:
    """Return the judge of what AWS doesn't delete while something is in it, unless it is told to."""

    def judge(resource: Resource, context: Context, *, protected: bool) -> Iterator[str]:
        found = resource.flag(prop, default=False)
        if found is protected:
            yield f"{prop} is {str(found).lower()}; {_wanted(context, not protected)}"

    return judge


_JUDGES: Mapping[str, _Judge] = {
    tokens.BUCKET: _emptied("forceDestroy"),
    tokens.CLUSTER: _cluster,
    tokens.FUNCTION: _function,
    tokens.IMAGE_REPOSITORY: _emptied("forceDelete"),
    tokens.LOG_GROUP: _log_group,
    tokens.SECRET: _secret,
}

CONSISTENT = ResourceRule(
    id="protection-consistent",
    title="Data must be wholly destroyable or wholly protected.",
    why="One knob in the wrong position breaks the destruction of a review stack, or loses production's data.",
    fix="Let program/service/protection.py set it, from dataProtection.",
    types=(*_STATEFUL, tokens.FUNCTION),
    severity="critical",
    judge=_consistent,
)


def _may_be_protected(context: Context) -> bool:
    return "protected" in context.limits.data_protection


def _unprotected(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    if _may_be_protected(context) and context.data_protection == "ephemeral":
        for cluster in stack.of(tokens.CLUSTER):
            yield cluster, f"dataProtection is ephemeral in {context.environment}; one destroy loses the data"


UNPROTECTED = StackRule(
    id="data-protected",
    title="Data that matters must be protected.",
    why="A cluster without deletion protection and final snapshot is gone with one command.",
    fix="Set dataProtection to protected, and declare the differences that follow.",
    types=(tokens.CLUSTER,),
    severity="high",
    default_level="advisory",
    judge=_unprotected,
)


def _mode_allowed(stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    given = context.stack.get("dataProtection") or context.data_protection
    if given not in context.limits.data_protection and any(stack.of(*_STATEFUL)):
        key, allowed = context.stack.key("dataProtection"), ", ".join(context.limits.data_protection)
        yield None, f"{key} is {shown(given)}; {context.environment} allows {allowed}"


MODE_ALLOWED = StackRule(
    id="protection-allowed",
    title="Data protection must be a mode that the environment allows.",
    why="A review stack that protects its data can't be cleaned up.",
    fix="Set dataProtection, or change the limits of the environment.",
    types=_STATEFUL,
    limits=("data_protection",),
    judge=_mode_allowed,
)

RULES = (CONSISTENT, UNPROTECTED, MODE_ALLOWED)
