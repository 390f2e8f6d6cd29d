"""What a refresh before a plan finds drifted and the plan leaves as it is: afterwards it counts as deployed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from program.engine.changes import top
from program.engine.drift_changes import DriftReader
from program.engine.pulumi_cli.events import EventLog
from program.engine.records import Change
from program.engine.rules import DRIFT_LEFT
from program.offline.result import Finding


def left_drift(log: EventLog, reader: DriftReader, changes: Iterable[Change]) -> tuple[Finding, ...]:
    """Return an advisory finding for each resource that has drifted in what no deployment undoes, sorted by URN.

    `changes` are what the plan does. The log is that of a preview which asked the cloud; of any other nothing is said.
    """
    undone = {(change.urn, top(item.path)) for change in changes for item in change.properties}
    refreshed = [step for step in log.ended if step.operation == "refresh"]
    return tuple(_findings(reader.drifted(refreshed).changes, undone))


def _findings(drifted: Sequence[Change], undone: set[tuple[str, str]]) -> Iterator[Finding]:
    for change in drifted:
        left = sorted({item.place for item in change.properties if (change.urn, top(item.path)) not in undone})
        if left:
            yield Finding(
                rule=DRIFT_LEFT,
                level="advisory",
                outcome="failed",
                resource=change.urn,
                message=f"{', '.join(left)} has drifted, and this plan leaves it; afterwards it counts as deployed",
                source=change.source,
            )
