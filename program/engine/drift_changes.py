"""Read out of a previewed refresh what the cloud changed, and what the stack's deployment is with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from program.engine.changes import as_sets, is_resource, property_changes
from program.engine.exposure import hidden
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import STATEFUL, Change, Operation, PropertyChange
from program.manifest.canonical import JsonObject
from program.manifest.normalise import own_items
from program.offline.redaction import NOT_SHOWN

_FOUND: Mapping[str, Operation] = {"update": "update", "delete": "delete"}


def drifted_changes(steps: Iterable[Step], sources: Mapping[str, str | None]) -> tuple[Change, ...]:
    """Return what the cloud changed or removed, sorted by URN (before: deployed, after: live)."""
    changes = {
        step.urn: Change(
            urn=step.urn,
            type=step.type,
            name=step.name,
            operation=_FOUND[step.operation],
            stateful=step.type in STATEFUL,
            source=sources.get(step.urn),
            properties=() if step.operation == "delete" else _properties_of(step),
        )
        for step in steps
        if step.operation in _FOUND and is_resource(step)
    }
    return tuple(hidden(changes[urn], variables=True) for urn in sorted(changes))


def live_deployment(checkpoint: Checkpoint, steps: Iterable[Step]) -> str:
    """Return the exported deployment as a refresh would leave it: what `pulumi policy analyze` takes."""
    exported: dict[str, Any] = json.loads(checkpoint.text)
    found = {step.urn: step for step in steps if step.operation in _FOUND}
    live: list[dict[str, Any]] = []
    for resource in exported["deployment"].get("resources") or []:
        step = found.get(resource["urn"])
        if step is None:
            live.append(resource)
        elif step.operation == "update" and step.new is not None:
            live.append(resource | {"inputs": step.new.inputs, "outputs": step.new.outputs})
    exported["deployment"]["resources"] = live
    return json.dumps(exported)


def _properties_of(step: Step) -> tuple[PropertyChange, ...]:
    """Return what differs; where none of it is to be seen, the names that the provider gives."""
    return property_changes(*_sides(step)) or tuple(
        PropertyChange(path=key, before=NOT_SHOWN, after=NOT_SHOWN) for key in step.differing
    )


def _sides(step: Step) -> tuple[JsonObject, JsonObject]:
    """Return what was deployed and what is live of the properties that the provider says differ.

    The outputs are compared, as they have what the program never gave; the inputs, where the provider finds a
    difference that it doesn't tell there. Lists are compared as the sets that they are to AWS.
    """
    for side in ("outputs", "inputs"):
        old, new = (_properties(which, side, step.differing) for which in (step.old, step.new))
        if old != new:
            return old, new
    return old, new


def _properties(side: Side | None, which: str, names: tuple[str, ...]) -> JsonObject:
    properties: JsonObject = getattr(side, which) if side is not None else {}
    return {key: as_sets(value) for key, value in own_items(properties) if not names or key in names}
