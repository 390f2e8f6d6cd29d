"""Judge one value by an entry of the known world that needs no other resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi

from policies.context import Context
from policies.globs import matches
from policies.known.models import Judge, Scalar
from policies.known.tables import Row
from policies.known.texts import matches_name
from policies.limits import Range
from policies.view import Resource, as_number


def judged(judge: Judge, value: Any, context: Context) -> bool:
    """Tell whether the value is one that the entry names, or that the environment trusts."""
    if any(is_same(value, allowed) for allowed in allowed_values(judge, context)):
        return True
    return _in_range(judge, value, context) or _is_named(judge, value, context) or _is_file(judge, value, context)


def is_kept(row: Row, resource: Resource, context: Context) -> bool:
    """Tell whether the engine keeps what the state has; what the program gives is judged where it is recorded."""
    return context.is_live and row.path[0] in context.known.types[resource.type].ignore_changes


def _is_file(judge: Judge, value: Any, context: Context) -> bool:
    if judge.file is not None and context.is_live:
        return True  # live, the code that runs is compared by its hash
    return isinstance(value, pulumi.FileArchive) and value.path.endswith(tuple(judge.file or ()))


def _is_named(judge: Judge, value: Any, context: Context) -> bool:
    return judge.name is not None and (matches_name(value, judge.name, context) or is_trusted(value, context))


def allowed_values(judge: Judge, context: Context) -> list[Scalar]:
    """Return the values that the entry names, by themselves or by a limit."""
    found = [judge.is_] if judge.is_ is not None else []
    found += judge.one_of or judge.all_of or []
    return [*found, *(limit_values(judge.limit, context) if judge.limit is not None else ())]


def limit_values(name: str, context: Context) -> list[Scalar]:
    """Return the values that a limit names in the environment; a range names none."""
    value = _limit(name, context)
    return [] if isinstance(value, Range) else list(value) if isinstance(value, list) else [value]


def _in_range(judge: Judge, value: Any, context: Context) -> bool:
    limit = _limit(judge.limit, context) if judge.limit is not None else None
    number = as_number(value)
    return isinstance(limit, Range) and number is not None and limit.min <= number <= limit.max


def _limit(name: str, context: Context) -> Any:
    for limits in (context.limits, context.common):
        if name in limits.settings:
            return limits.settings[name]
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return getattr(context.limits if hasattr(context.limits, snake) else context.common, snake)


def is_trusted(value: Any, context: Context) -> bool:
    """Tell whether the environment's limits trust the text by name."""
    return isinstance(value, str) and any(matches(value, item.value) for item in context.trusted)


def words(judge: Judge, context: Context) -> str:
    """Say what the entry takes."""
    return " or ".join(_words(judge, context))


def _words(judge: Judge, context: Context) -> Iterator[str]:
    yield from (
        str(value).lower() if isinstance(value, bool) else str(value) for value in allowed_values(judge, context)
    )
    if judge.limit is not None and isinstance(limit := _limit(judge.limit, context), Range):
        yield f"{limit.min} to {limit.max}"
    if judge.own is not None:
        yield f"${{{judge.own}}} of {judge.of or 'this stack'}"
    if judge.network is not None:
        yield f"{judge.network} of this environment's network"
    if judge.name is not None:
        yield judge.name
    yield from (f"the file {ending}" for ending in judge.file or ())


def is_same(found: Any, allowed: Scalar) -> bool:
    """Compare as the provider does, which takes numbers and truth as text too."""
    return not isinstance(found, dict | list) and str(found).lower() == str(allowed).lower()
