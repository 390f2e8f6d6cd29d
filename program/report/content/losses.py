"""Resources that hold data and end: what is lost, where, and which properties force it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from program.engine.records import ApplyRecord, Change, DestroyRecord, DriftRecord, PropertyChange
from program.report.content.merged import change_sets
from program.report.content.model import Report
from program.report.content.shown_properties import shown_properties

# The database first: what is lost with it is what the service is for.
_WORST_FIRST = (
    "aws:rds/cluster:Cluster",
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:cloudwatch/logGroup:LogGroup",
)
_UNKNOWN_TYPE = len(_WORST_FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One resource whose data ends, in the stacks where it does; `done` says that it has ended already."""

    change: Change
    stacks: tuple[str, ...]
    done: bool

    @property
    def what(self) -> str:
        """Return in words what is lost: `the database`, `everything that is encrypted with tap-key`."""
        lost = self.change.lost
        return lost.replace(" it", f" {self.change.name}") if lost.endswith(" it") else lost

    @property
    def forcing(self) -> tuple[PropertyChange, ...]:
        """Return the properties that force the replacement."""
        return tuple(each for each in shown_properties(self.change.properties) if each.replaces)


def losses(report: Report) -> list[Loss]:
    """Return what is lost, the worst first."""
    return sorted(_losses(report), key=lambda loss: (_rank(loss.change), loss.stacks, loss.change.name))


def _losses(report: Report) -> Iterator[Loss]:
    over = {
        stack.stack
        for stack in report.stacks
        if stack.records and isinstance(stack.records[0], ApplyRecord | DestroyRecord | DriftRecord)
    }
    for stacks, changes in change_sets(report):
        for change in changes:
            if change.loses_data:
                yield Loss(change=change, stacks=stacks, done=set(stacks) <= over)


def _rank(change: Change) -> int:
    return _WORST_FIRST.index(change.type) if change.type in _WORST_FIRST else _UNKNOWN_TYPE
