"""Put aside the drift that a reviewed entry lets pass, and name the entries that nothing needs any more."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.drift_ignores import Ignore
from program.engine.records import Change, Ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Drift that counts, drift that is let pass, and the entries to remove, each with why."""

    counting: tuple[Change, ...]
    passing: tuple[Ignored, ...]
    stale: tuple[str, ...]


def sift(changes: Iterable[Change], ignores: Sequence[Ignore], environment: str, today: datetime.date) -> Sifted:
    """Tell the drift that counts from what the environment's entries let pass; a resource that is gone counts."""
    entries = [entry for entry in ignores if entry.environment == environment]
    holding = [entry for entry in entries if entry.expires >= today]
    counting: list[Change] = []
    passing: dict[tuple[Ignore, str], Ignored] = {}
    for change in changes:
        excuses = {item.place: _excuse(change, item.place, holding) for item in change.properties}
        kept = tuple(item for item in change.properties if excuses[item.place] is None)
        # A change of which nothing is to be seen can't be let pass.
        if kept or not change.properties:
            counting.append(change.model_copy(update={"properties": kept}))
        for entry in dict.fromkeys(excuse for excuse in excuses.values() if excuse is not None):
            passed = tuple(item for item in change.properties if excuses[item.place] == entry)
            passing[entry, change.urn] = Ignored(
                change=change.model_copy(update={"properties": passed}),
                reason=entry.reason,
                owner=entry.owner,
                expires=entry.expires.isoformat(),
            )
    used = {entry for entry, _ in passing}
    stale = [f"{entry}: expired on {entry.expires}" for entry in entries if entry.expires < today]
    stale += [f"{entry}: nothing needs it" for entry in holding if entry not in used]
    return Sifted(counting=tuple(counting), passing=tuple(passing.values()), stale=tuple(stale))


def _excuse(change: Change, path: str, holding: Iterable[Ignore]) -> Ignore | None:
    if change.operation == "delete":
        return None
    return next((entry for entry in holding if entry.covers(change.type, change.name, path)), None)
