"""Compare what an update did with what its plan was reviewed for: the state can move before the CLI takes its lock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from program.engine.records import Change, PropertyChange
from program.manifest.canonical import JsonValue
from program.manifest.members import differ
from program.manifest.normalise import UNKNOWN


def moved_since(planned: Iterable[Change], done: Iterable[Change]) -> tuple[str, ...]:
    """Return in words, sorted, which properties were changed from another value than the plan said."""
    reviewed = {change.urn: {item.path: item for item in change.properties} for change in planned}
    return tuple(sorted(text for change in done for text in _moved(change, reviewed.get(change.urn, {}))))


def _moved(change: Change, reviewed: dict[str, PropertyChange]) -> Iterator[str]:
    for item in change.properties:
        before = reviewed.get(item.path)
        if before is None or UNKNOWN in (before.before, item.before):
            continue
        if differ((before.before, item.before)):
            told = f"planned {_shown(before.before)} -> {_shown(before.after)}"
            yield f"{change.name} {item.path} was {told}, and done {_shown(item.before)} -> {_shown(item.after)}"


def _shown(value: JsonValue) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
