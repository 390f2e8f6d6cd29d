"""Shapes that several rules have: one property with one right value, encryption with the stack's own key."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from policies import tokens
from policies.context import Context
from policies.known.judging import is_same
from policies.known.models import Scalar
from policies.rule import ResourceJudge, StackJudge
from policies.view import Resource, StackView

_LONGEST_SHOWN = 120
# What may hold a secret, or is a document that nobody reads in a message.
_HIDDEN = ("environment", "policy", "secretString")


def must_be(prop: str, *, expected: bool, default: bool) -> ResourceJudge:
    """Return a judge of a true-or-false property; `default` is what the provider takes for an absent one."""

    def judge(resource: Resource, _context: Context) -> Iterator[str]:
        if resource.flag(prop, default=default) is not expected:
            yield f"{prop} is {_word(not expected)}{_absent(resource, prop)}; it must be {_word(expected)}"

    return judge


def one_of(
    prop: str, allowed: Callable[[Context], list[int] | list[str]], *, default: int | None = None
) -> ResourceJudge:
    """Return a judge of a property that must have one of the values that the limits allow."""

    def judge(resource: Resource, context: Context) -> Iterator[str]:
        found = resource.get(prop, default)
        if not is_one_of(found, allowed(context)):
            words = ", ".join(str(value) for value in allowed(context))
            yield f"{prop} is {shown(found)}{_absent(resource, prop)}; {context.environment} allows {words}"

    return judge


def is_one_of(found: object, allowed: Iterable[Scalar]) -> bool:
    """Tell whether the value is one of these, as the provider reads it."""
    return any(is_same(found, value) for value in allowed)


def own_key(type_: str, *props: str) -> StackJudge:
    """Return a judge of encryption: each property must come from a KMS key of this very stack."""

    def judge(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
        for resource in stack.of(type_):
            for prop in props:
                if resource.peek(prop) is None:
                    yield resource, f"{prop} is not set; it must be the stack's own key"
                elif not stack.by_urn(resource.depends_by(prop.partition(".")[0]), tokens.KEY):
                    yield resource, f"{prop} is not a key of this stack; it must be the stack's own key"

    return judge


def named_by(type_: str, other: str, prop: str, fault: str) -> StackJudge:
    """Return a judge of what each of the type must have: one of the other type whose property comes from it."""

    def judge(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
        for resource in stack.of(type_):
            if not any(resource.urn in item.depends_by(prop) for item in stack.of(other)):
                yield resource, fault

    return judge


def owns_log_group(stack: StackView, resource: Resource, group: str, service: str) -> Iterator[tuple[Resource, str]]:
    """Yield what is wrong when the stack doesn't make the log group before the resource whose service would."""
    groups = [item for item in stack.of(tokens.LOG_GROUP) if item.get("name") == group]
    if not groups:
        yield resource, f"log group {group} is not in the stack; {service} makes it without key and retention"
    elif not any(item.urn in resource.dependencies for item in groups):
        yield resource, f"doesn't depend on log group {group}; {service} may make it first"


def _word(value: bool) -> str:  # noqa: FBT001
    return "true" if value else "false"


def _absent(resource: Resource, prop: str) -> str:
    return " (not set)" if resource.peek(prop) is None else ""


def shown_at(prop: str, value: object) -> str:
    """Return the value of the property for a message; of what may hold a secret nothing."""
    return "a value" if prop in _HIDDEN else shown(value)


def shown(value: object) -> str:
    """Return the value for a message; of lists and mappings nothing, as they may hold a secret."""
    if isinstance(value, str):
        return repr(textwrap.shorten(value, _LONGEST_SHOWN, placeholder=" ..."))
    return str(value) if isinstance(value, bool | int | float) else f"a {type(value).__name__}"
