"""Values that somebody put where secrets often stand, and that nobody marked as one: kept out of what is written."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import Change, PropertyChange
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.normalise import SECRET, UNKNOWN, UNKNOWN_SENTINEL, leaves
from program.offline.redaction import NOT_SHOWN, redacted

# The variables of a function: by hand, people put anything there.
_VARIABLES = "environment."
_NAME = re.compile(r"passw(or)?d|secret|private_?key|api_?key|access_?key|token|credential", re.IGNORECASE)
# Names of what only refers to a secret, and the address of one.
_REFERS = re.compile(r"(Arn|_ARN|Id|_ID|Name|_NAME|Days|Version|_HOST|_URL)$")
_ADDRESS = "arn:"
_MARKERS = frozenset({SECRET, UNKNOWN, UNKNOWN_SENTINEL, NOT_SHOWN})
# What the engine itself names a resource by; a word of it can be a value elsewhere.
_STRUCTURE = frozenset(
    {
        *("dependencies", "diffs", "keys", "op", "parent", "policyName", "policyPackName", "propertyDependencies"),
        *("provider", "resourceUrn", "type", "urn"),
    }
)
# A shorter text stands in many places by chance.
_LEAST_LENGTH = 6


def hidden(change: Change, *, variables: bool) -> Change:
    """Return the change without values of such properties; with `variables`, without those of any function's variables.

    Which property changes is told all the same.
    """
    properties = tuple(_hidden(item, variables=variables) for item in change.properties)
    return change.model_copy(update={"properties": properties})


def live_secrets(steps: Iterable[Step], *, variables: bool) -> frozenset[str]:
    """Return the values of such properties that the cloud or the state has, and the code hasn't."""
    found: set[str] = set()
    coded: set[str] = set()
    for step in steps:
        refreshed = step.operation == "refresh"
        found.update(_values(step.old, variables=variables))
        (found if refreshed else coded).update(_values(step.new, variables=variables))
    return frozenset(found - coded)


def conceal_in(file: Path, secrets: Collection[str]) -> None:
    """Write the file of JSON lines anew without the values, wherever they stand; what is no JSON goes."""
    if not secrets or not file.exists():
        return
    lines: list[str] = []
    for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            lines.append(json.dumps(_without(json.loads(line), secrets)))
        except ValueError:
            # What is no line of JSON has no place to look for them in.
            lines.append("")
    file.write_text("\n".join(lines), encoding="utf-8")


def conceal_in_document(file: Path, secrets: Collection[str]) -> None:
    """Write the file of one JSON document anew without the values; one that is no JSON becomes empty."""
    if not secrets or not file.exists():
        return
    try:
        text = json.dumps(_without(json.loads(file.read_bytes()), secrets))
    except ValueError:
        text = ""
    file.write_text(text, encoding="utf-8")


def conceal_in_plan(file: Path, secrets: Collection[str]) -> None:
    """Write the plan anew without the values where it only tells what a resource will be like.

    The goals are what the engine holds an update to, and are the code's: they stay as they are.
    """
    if not secrets or not file.exists():
        return
    try:
        plan = json.loads(file.read_bytes())
        for planned in plan["resourcePlans"].values():
            if "state" in planned:
                planned["state"] = _without(planned["state"], secrets)
    except (ValueError, KeyError, TypeError, AttributeError):
        # What is no plan is nothing to apply.
        file.unlink()
        return
    file.write_text(json.dumps(plan), encoding="utf-8")


def _hidden(item: PropertyChange, *, variables: bool) -> PropertyChange:
    values = {side: getattr(item, side) for side in ("before", "after")}
    if not any(_holds_exposed(item.path, value, variables=variables) for value in values.values()):
        return item
    shown = {side: value if value is None or str(value) in _MARKERS else NOT_SHOWN for side, value in values.items()}
    return item.model_copy(update=shown)


def _holds_exposed(path: str, value: JsonValue, *, variables: bool) -> bool:
    """Tell whether the value is such a one, or has one in it: a member of a list is told whole."""
    return any(_exposes(place, leaf, variables=variables) for place, leaf in leaves(value, path))


def _values(side: Side | None, *, variables: bool) -> Iterator[str]:
    if side is None:
        return
    for properties in (side.inputs, side.outputs):
        yield from _exposed(properties, variables=variables)


def _exposed(properties: JsonObject, *, variables: bool) -> Iterator[str]:
    for path, value in leaves(redacted(properties)):
        if _exposes(path, value, variables=variables) and isinstance(value, str) and len(value) >= _LEAST_LENGTH:
            yield value


def _exposes(path: str, value: JsonValue, *, variables: bool) -> bool:
    if not isinstance(value, str) or value.startswith(_ADDRESS) or value in _MARKERS:
        return False
    name = re.sub(r"\[[^\]]*\]", "", path).rpartition(".")[2]
    if variables and path.startswith(_VARIABLES):
        return True
    return _NAME.search(name) is not None and _REFERS.search(name) is None


def _without(value: JsonValue, secrets: Collection[str]) -> JsonValue:
    if isinstance(value, dict):
        return {key: item if key in _STRUCTURE else _without(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if isinstance(value, str):
        for secret in sorted(secrets, key=len, reverse=True):
            # As a word of its own, not as a part of another.
            value = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", NOT_SHOWN, value)
    return value
