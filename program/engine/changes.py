"""What a deployment changes, resource by resource and property by property, fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import STATEFUL, Change, Operation, PropertyChange
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.members import unequal
from program.manifest.normalise import UNKNOWN, UNKNOWN_SENTINEL, own_items, parsed
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
# In a statement of a policy, one text is the same as a list of it.
_ONE_OR_MORE = frozenset({"Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated"})


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
    """Return every property that differs, also inside JSON documents; secrets and assets are markers, never values.

    Members of a list go by their name; those without one are told whole, as added or removed.
    """
    sides = {"before": comparable(before), "after": comparable(after)}
    forcing = set(replace_keys)
    return tuple(
        PropertyChange(
            path=path,
            **beside_secrets({side: _shown(value) for side, value in values.items()}),
            replaces=top(path) in forcing or path in forcing,
        )
        for path, values in unequal(sides)
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
    told = {top(item.path) for item in seen}
    given = {*step.old.inputs, *step.new.inputs}
    # What only follows from another property (`tagsAll`) is no news beside that.
    silent = [key for key in step.differing if key not in told and (key in given or not seen)]
    live, code = ({key: of[key] for key in silent if key in of} for of in (step.old.outputs, step.new.inputs))
    undone = [item for item in property_changes(live, code, step.replace_keys) if _is_told(item.path, step.detailed)]
    unseen = {*silent} - {top(item.path) for item in undone} if not seen else set()
    unsaid = [PropertyChange(path=key, before=NOT_SHOWN, after=NOT_SHOWN) for key in unseen]
    return tuple(sorted((*seen, *undone, *unsaid), key=lambda item: item.path))


def top(path: str) -> str:
    """Return the property that the path begins with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _is_told(path: str, detailed: Collection[str]) -> bool:
    """Tell whether the provider names the path, or one around or inside it; without a word of it, each counts."""
    plain = re.sub(r"\[[^\]]*\]", "", path)
    names = [re.sub(r"\[\d+\]", "", name) for name in detailed]
    return not names or any(f"{plain}.".startswith(f"{name}.") or f"{name}.".startswith(f"{plain}.") for name in names)


def _inputs(side: Side | None) -> JsonObject:
    return side.inputs if side is not None else {}


def comparable(properties: JsonObject) -> JsonObject:
    """Return the properties as they are compared: JSON in strings as data, without what is empty or the provider's."""
    found = _opened(redacted(properties))
    assert isinstance(found, dict)
    return found


def _opened(value: JsonValue) -> JsonValue:
    """Return the value with JSON in strings as data; nothing is the same as an empty list, object or null."""
    if isinstance(value, dict):
        items = {key: _opened(_as_list(key, item, value)) for key, item in own_items(value)}
        return {key: item for key, item in items.items() if item not in (None, {}, [])}
    if isinstance(value, list):
        return [_opened(item) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        document = parsed(value)
        return value if document is None else _opened(document)
    return value


def _as_list(key: str, value: JsonValue, holder: JsonObject) -> JsonValue:
    of_a_statement = "Effect" in holder or key in ("AWS", "Service", "Federated")
    return [value] if of_a_statement and key in _ONE_OR_MORE and isinstance(value, str) else value


def _shown(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return UNKNOWN if value == UNKNOWN_SENTINEL else value
