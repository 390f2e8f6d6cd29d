"""What a deployment changes, resource by resource and property by property, fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import STATEFUL, Change, Operation, PropertyChange
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.normalise import UNKNOWN, UNKNOWN_SENTINEL, leaves, own_items, parsed
from program.manifest.parity import differ
from program.manifest.resources import is_compared
from program.offline.redaction import beside_secrets, redacted

_OPERATIONS: Mapping[str, Operation] = {
    "create": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "delete": "delete",
}
_ABSENT = object()


def changes_of(steps: Iterable[Step], sources: Mapping[str, str | None]) -> tuple[Change, ...]:
    """Return the changes that the steps make, one for each resource, sorted by URN."""
    changes: dict[str, Change] = {}
    # What is deleted before it is replaced begins with that step, which has neither the new side nor the reason.
    for step in sorted(steps, key=lambda step: step.operation == "delete-replaced"):
        operation = _OPERATIONS.get(step.operation)
        if operation is None or not is_resource(step):
            continue
        known = changes.get(step.urn)
        # A replacement is several steps; the first of them has both sides.
        if known is None or (not known.properties and operation == known.operation):
            changes[step.urn] = _change(step, operation, sources.get(step.urn))
    return tuple(changes[urn] for urn in sorted(changes))


def unchanged_count(steps: Iterable[Step]) -> int:
    """Return how many resources stay as they are."""
    return len({step.urn for step in steps if step.operation == "same" and is_resource(step)})


def property_changes(
    before: JsonObject, after: JsonObject, replace_keys: Iterable[str] = ()
) -> tuple[PropertyChange, ...]:
    """Return every leaf that differs, also inside JSON documents; secrets and assets are markers, never values."""
    old, new = _leaves(before), _leaves(after)
    forcing = set(replace_keys)
    return tuple(
        PropertyChange(
            path=path,
            **beside_secrets({side: _shown(of.get(path, _ABSENT)) for side, of in (("before", old), ("after", new))}),
            replaces=re.split(r"[.\[]", path, maxsplit=1)[0] in forcing or path in forcing,
        )
        for path in sorted({*old, *new})
        if differ((old.get(path, _ABSENT), new.get(path, _ABSENT)))
    )


def is_resource(step: Step) -> bool:
    """Tell whether the step is on a resource of the cloud: neither a component nor what Pulumi makes for itself."""
    side = step.new or step.old
    return side is not None and side.custom and is_compared(step.type)


def _change(step: Step, operation: Operation, source: str | None) -> Change:
    return Change(
        urn=step.urn,
        type=step.type,
        name=step.name,
        operation=operation,
        stateful=step.type in STATEFUL,
        source=source,
        properties=property_changes(_inputs(step.old), _inputs(step.new), step.replace_keys),
    )


def _inputs(side: Side | None) -> JsonObject:
    return side.inputs if side is not None else {}


def _leaves(inputs: JsonObject) -> dict[str, JsonValue]:
    found = dict(leaves(_opened(redacted(inputs)))) if inputs else {}
    return {path: value for path, value in found.items() if value not in (None, {}, [])}


def _opened(value: JsonValue) -> JsonValue:
    """Return the value with JSON in strings as data, without what the provider keeps for itself."""
    if isinstance(value, dict):
        return {key: _opened(item) for key, item in own_items(value)}
    if isinstance(value, list):
        return [_opened(item) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        document = parsed(value)
        return value if document is None else _opened(document)
    return value


def _shown(value: object) -> JsonValue:
    if value is _ABSENT:
        return None
    return UNKNOWN if value == UNKNOWN_SENTINEL else value  # type: ignore[return-value]  # a leaf of JSON
