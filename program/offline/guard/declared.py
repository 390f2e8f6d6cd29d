"""What a change does to what is declared: the base's manifests beside the head's, property by property."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from program.manifest.canonical import JsonObject, JsonValue, canonical
from program.manifest.differences import Difference
from program.manifest.parity import PRESENCE, PRESENT, configuration_differences, resource_differences

BASE, HEAD = "base", "head"
STACK = "stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredChange:
    """One property (`(resource)` for presence) that some stacks declare otherwise than before, in all of them alike."""

    resource: str
    property: str
    before: JsonValue
    after: JsonValue
    stacks: tuple[str, ...]


def declared_changes(
    base: Mapping[str, JsonObject | None], head: Mapping[str, JsonObject | None]
) -> tuple[DeclaredChange, ...]:
    """Return what differs between two sides' manifests by stack; equal changes of several stacks are one.

    A stack that one side doesn't have, or has no manifest of, is one change.
    """
    found: dict[tuple[str, str, bytes], tuple[Difference, list[str]]] = {}
    for stack in sorted({*base, *head}):
        for difference in _differences(base.get(stack), head.get(stack), stack in base, stack in head):
            values = [difference.values.get(side) for side in (BASE, HEAD)]
            key = (difference.resource, difference.property, canonical(values))
            found.setdefault(key, (difference, []))[1].append(stack)
    return tuple(
        DeclaredChange(
            resource=difference.resource,
            property=difference.property,
            before=difference.values.get(BASE),
            after=difference.values.get(HEAD),
            stacks=tuple(stacks),
        )
        for _, (difference, stacks) in sorted(found.items())
    )


def _differences(
    before: JsonObject | None,
    after: JsonObject | None,
    was_there: bool,  # noqa: FBT001  # one caller
    is_there: bool,  # noqa: FBT001
) -> list[Difference]:
    if before is None or after is None:
        if (before is None) == (after is None) and was_there == is_there:
            return []
        values: dict[str, JsonValue] = {
            BASE: _presence(before, was_there),
            HEAD: _presence(after, is_there),
        }
        return [Difference(resource=STACK, property=PRESENCE, values=values, declared=False)]
    sides = {BASE: before, HEAD: after}
    found = [*configuration_differences(sides, ()), *resource_differences(sides, (), set())]
    whole = {difference.resource for difference in found if difference.property == PRESENCE}
    # Of a resource that is new or gone, its presence says it all.
    return [each for each in found if each.resource not in whole or each.property == PRESENCE]


def _presence(manifest: JsonObject | None, there: bool) -> JsonValue:  # noqa: FBT001
    return PRESENT if manifest is not None else "without a manifest" if there else None
