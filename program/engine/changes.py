"""What a deployment changes, resource by resource and property by property, fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import STATEFUL, Change, Operation, PropertyChange
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.normalise import UNKNOWN, UNKNOWN_SENTINEL, in_order, leaves, own_items, parsed
from program.manifest.parity import differ
from program.manifest.resources import is_compared
from program.offline.redaction import NOT_SHOWN, beside_secrets, redacted

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
            replaces=_top(path) in forcing or path in forcing,
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
        properties=_properties(step),
    )


def _properties(step: Step) -> tuple[PropertyChange, ...]:
    """Return what changes of the inputs, and what an update undoes that the cloud alone has: the outputs say that."""
    seen = property_changes(_inputs(step.old), _inputs(step.new), step.replace_keys)
    if step.old is None or step.new is None or step.operation not in ("update", "replace", "create-replacement"):
        return seen
    told = {_top(item.path) for item in seen}
    given = {*step.old.inputs, *step.new.inputs}
    # What only follows from another property (`tagsAll`) is no news beside that.
    silent = [key for key in step.differing if key not in told and (key in given or not seen)]
    live, code = ({key: as_sets(of[key]) for key in silent if key in of} for of in (step.old.outputs, step.new.inputs))
    undone = [item for item in property_changes(live, code, step.replace_keys) if _is_told(item.path, step.detailed)]
    unseen = {*silent} - {_top(item.path) for item in undone} if not seen else set()
    unsaid = [PropertyChange(path=key, before=NOT_SHOWN, after=NOT_SHOWN) for key in unseen]
    return tuple(sorted((*seen, *undone, *unsaid), key=lambda item: item.path))


def as_sets(value: JsonValue) -> JsonValue:
    """Return the value with its lists in an order that doesn't depend on theirs: to AWS they are sets."""
    if isinstance(value, dict):
        return {key: as_sets(item) for key, item in value.items()}
    return in_order([as_sets(item) for item in value]) if isinstance(value, list) else value


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _is_told(path: str, detailed: Collection[str]) -> bool:
    """Tell whether the provider names the path, or one around or inside it; without a word of it, each counts."""
    plain = re.sub(r"\[\d+\]", "", path)
    names = [re.sub(r"\[\d+\]", "", name) for name in detailed]
    return not names or any(f"{plain}.".startswith(f"{name}.") or f"{name}.".startswith(f"{plain}.") for name in names)


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
