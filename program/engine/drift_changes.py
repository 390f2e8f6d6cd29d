"""Read out of a previewed refresh what the cloud has otherwise than deployed, and what the deployment is with it.

The engine's word `same` is about inputs. The outputs of both sides stand in its log all the same, and say what somebody
did that no input tells. What of them is no drift stands in policies/drift-noise.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.drift_noise import Noise
from program.engine.belongings import Belongings
from program.engine.changes import is_resource, property_changes, top
from program.engine.exposure import hidden
from program.engine.foreseen import is_bootstrap
from program.engine.group_rules import told_rules
from program.engine.pulumi_cli.checkpoint import Checkpoint, State
from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import STATEFUL, Change, Expected, Operation, PropertyChange
from program.manifest.canonical import JsonObject, JsonValue
from program.offline.redaction import NOT_SHOWN

# What the engine's log has in the place of a secret.
_HIDDEN = "[secret]"
_COLLECTED = (
    "The bootstrap version of the secret has ended: the rotation has made others, and AWS collects what has no label."
    " It is not put again."
)
_COLLECTED_SOURCE = "Secrets Manager user guide, getting-started: versions without labels are removed"
# A difference, and why it is no drift.
_Known = tuple[PropertyChange, Noise]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """What has drifted, and what the cloud tells otherwise without having drifted; both sorted by URN."""

    changes: tuple[Change, ...]
    expected: tuple[Expected, ...]
    # Of what the engine calls the same, by URN: a deployment that asks the cloud first doesn't undo it.
    unseen: frozenset[str]


class DriftReader:
    """Reads the steps of a refresh of one deployment; `sources` has the line of the program by URN."""

    def __init__(self, checkpoint: Checkpoint, noise: Sequence[Noise], sources: Mapping[str, str | None]) -> None:
        self._checkpoint = checkpoint
        self._noise = noise
        self._sources = sources

    def drifted(self, steps: Iterable[Step]) -> Drifted:
        """Return what the cloud changed or removed (before: deployed, after: live)."""
        changes: list[Change] = []
        expected: list[Expected] = []
        unseen: set[str] = set()
        asked = sorted(filter(is_resource, steps), key=lambda step: step.urn)
        belongings = self._belongings(asked)
        for step in asked:
            if step.operation == "delete":
                gone = self._change(step, "delete", ())
                if is_bootstrap(step.type, step.name):
                    expected.append(Expected(change=gone, reason=_COLLECTED, source=_COLLECTED_SOURCE))
                else:
                    changes.append(gone)
            else:
                found, known = self._sifted(step, belongings)
                # An update of which nothing is to be seen is one all the same.
                if found or (step.operation == "update" and not known):
                    changes.append(self._change(step, "update", found))
                if step.operation != "update":
                    unseen.add(step.urn)
                expected += self._expected(step, known)
        return Drifted(changes=tuple(changes), expected=tuple(expected), unseen=frozenset(unseen))

    def live(self, steps: Iterable[Step]) -> str:
        """Return the exported deployment as it is live: what `pulumi policy analyze` takes.

        What somebody added by hand stands among the inputs, where the policies look for it.
        """
        exported: dict[str, Any] = json.loads(self._checkpoint.text)
        found = {step.urn: step for step in steps}
        belongings = self._belongings(found.values())
        live: list[dict[str, Any]] = []
        for resource in exported["deployment"].get("resources") or []:
            step = found.get(resource["urn"])
            if step is None or not is_resource(step):
                live.append(resource)
            elif step.new is not None and step.operation != "delete":
                live.append(resource | _live_sides(step, step.new, resource, belongings))
            elif is_bootstrap(step.type, step.name):
                live.append(resource)
        exported["deployment"]["resources"] = live
        return json.dumps(exported)

    def _belongings(self, steps: Iterable[Step]) -> Belongings:
        """Return what belongs to what, as deployed and as live: what changed of a resource it tells of itself."""
        live = [
            State(urn=step.urn, type=step.type, custom=True, id=step.new.id, inputs=step.new.outputs, outputs={})
            for step in steps
            if step.new is not None
        ]
        return Belongings([*self._checkpoint.states, *live])

    def _sifted(self, step: Step, belongings: Belongings) -> tuple[tuple[PropertyChange, ...], list[_Known]]:
        """Return the properties that have drifted, and those that a reason explains."""
        given = frozenset(step.old.inputs) if step.old is not None else frozenset()
        found: list[PropertyChange] = []
        known: list[_Known] = []
        for item in self._differences(step, belongings):
            noise = next((entry for entry in self._noise if _explains(entry, step.type, item, given)), None)
            if noise is None:
                found.append(item)
            else:
                known.append((item, noise))
        return tuple(sorted(found, key=lambda item: item.path)), known

    def _differences(self, step: Step, belongings: Belongings) -> list[PropertyChange]:
        """Return all that differs: of the outputs, of what belongs to the resource, then of the inputs."""
        assert step.new is not None
        left_out = belongings.left_out(step.type, step.new.id) - set(step.new.inputs)
        found: list[PropertyChange] = []
        if step.old is not None or step.operation == "update":
            found += _changed(step, "outputs", left_out)
        added = belongings.added(step.type, step.new.id, step.new.outputs)
        found += [
            item for key, items in added.items() if key in left_out for item in _additions(key, items, step.new.id)
        ]
        if step.operation == "update":
            found += _changed(step, "inputs", left_out | {top(item.path) for item in found})
            unseen = [] if found else [key for key in step.differing if key not in left_out]
            found += [PropertyChange(path=key, before=NOT_SHOWN, after=NOT_SHOWN) for key in unseen]
        return found

    def _expected(self, step: Step, known: Sequence[_Known]) -> list[Expected]:
        """Return what is read back otherwise, by its reason; what changes by itself is not worth a word."""
        reasons = dict.fromkeys(noise for _, noise in known if noise.kind == "readBack")
        return [
            Expected(
                change=self._change(step, "update", tuple(item for item, why in known if why == noise)),
                reason=noise.reason,
                source=noise.source,
            )
            for noise in reasons
        ]

    def _change(self, step: Step, operation: Operation, properties: tuple[PropertyChange, ...]) -> Change:
        change = Change(
            urn=step.urn,
            type=step.type,
            name=step.name,
            operation=operation,
            stateful=step.type in STATEFUL,
            source=self._sources.get(step.urn),
            properties=properties,
        )
        return hidden(change, variables=True)


def _live_sides(step: Step, new: Side, resource: Mapping[str, Any], belongings: Belongings) -> dict[str, Any]:
    held: dict[str, dict[str, Any]] = {which: resource.get(which) or {} for which in ("inputs", "outputs")}
    inputs = _beside_secrets(new.inputs, held["inputs"]) if step.operation == "update" else held["inputs"]
    # A provider reads as many items of a list as there were inputs; the outputs have all of them.
    whole = {key: new.outputs[key] for key, value in inputs.items() if isinstance(value, list) and new.outputs.get(key)}
    added = belongings.added(step.type, new.id, new.outputs)
    by_hand = {key: items for key, items in added.items() if key not in inputs}
    return {
        "inputs": {**inputs, **whole, **by_hand},
        "outputs": _beside_secrets(new.outputs, held["outputs"]) or held["outputs"],
    }


def _explains(entry: Noise, type_: str, item: PropertyChange, given: frozenset[str]) -> bool:
    if not entry.covers(type_, item.path) or (entry.live is not None and (item.after or False) != entry.live):
        return False
    return entry.kind != "changes" or top(item.path) not in given


def _additions(key: str, items: Sequence[JsonValue], group: str) -> list[PropertyChange]:
    rules = list(map(str, told_rules(list(items), group))) if key in ("egress", "ingress") else []
    return list(property_changes({}, {key: list(rules or items)}))


def _changed(step: Step, which: str, left_out: frozenset[str]) -> list[PropertyChange]:
    """Return what differs of the inputs or outputs; what is absent on one side is the same as an empty value."""
    sides: list[JsonObject] = [getattr(side, which) if side is not None else {} for side in (step.old, step.new)]
    old, new = ({key: value for key, value in side.items() if key not in left_out} for side in sides)
    return [item for item in property_changes(old, new) if not _both_empty(item)]


def _both_empty(item: PropertyChange) -> bool:
    return None in (item.before, item.after) and (item.before or item.after) in (None, False, 0, "")


def _beside_secrets(told: JsonObject, held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the log tells, but where it hides a secret what the deployment holds, which is encrypted."""
    return {key: held[key] if key in held and _HIDDEN in json.dumps(value) else value for key, value in told.items()}
