"""Everything that annotations and code scanning show: findings, differences and stale declarations at their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from program.report.content.grouping import stack_list
from program.report.content.paperwork import LIMITS, PARITY_RULE, STALE_RULE, paperwork, remedy
from program.report.content.summary import Summary
from program.report.content.values import by_value

PlaceLevel = Literal["error", "warning", "note"]
_LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One thing to show at a file and line; `identity` is what stays the same when lines and values move."""

    level: PlaceLevel
    rule: str
    resource: str | None
    message: str
    file: str | None
    line: int | None
    identity: tuple[str, ...]
    excuse: str | None = None


def places(summary: Summary) -> list[Place]:
    """Return all that is to be shown, errors first."""
    found = [*_findings(summary), *_differences(summary), *_stale(summary)]
    return sorted(found, key=lambda place: ("error", "warning", "note").index(place.level))


def _findings(summary: Summary) -> list[Place]:
    shown: list[Place] = []
    for group in summary.groups:
        exempt = group.label == "exempt"
        subject = f"{group.name} in " if group.name else ""
        fix = "" if exempt else remedy(group.rule, group.label)
        message = f"{subject}{stack_list(group.stacks, summary.stack_count)}: {_lead(group.label)}{group.message}"
        file, line = _split(group.source)
        shown.append(
            Place(
                level="error" if group.blocks else "note" if exempt else "warning",
                rule=group.rule,
                resource=group.resource,
                message=f"{message}. Fix: {fix}" if fix else message,
                file=file,
                line=line,
                identity=(group.rule, group.resource or group.message, *(() if group.resource else group.stacks)),
                excuse=group.message if exempt else None,
            )
        )
    return shown


def _lead(label: str) -> str:
    return f"{label}: " if label in ("undecided", "error") else ""


def _differences(summary: Summary) -> list[Place]:
    shown: list[Place] = []
    for difference in summary.undeclared:
        values = "; ".join(
            f"{stack_list(stacks, summary.stack_count)}: {value}"
            for value, stacks in by_value(difference.values, _LONGEST_VALUE)
        )
        name = difference.resource.rpartition("::")[2]
        file, line = _split(summary.where(difference))
        shown.append(
            Place(
                level="error",
                rule=PARITY_RULE,
                resource=difference.resource,
                message=f"{name} {difference.property} differs: {values}. Fix: {paperwork(PARITY_RULE).fix}",
                file=file,
                line=line,
                identity=(PARITY_RULE, difference.resource, difference.property),
            )
        )
    return shown


def _stale(summary: Summary) -> list[Place]:
    return [
        Place(
            level="error",
            rule=STALE_RULE,
            resource=None,
            message=f"no stack needs the declared difference {stale}. Fix: {paperwork(STALE_RULE).fix}",
            file=LIMITS,
            line=None,
            identity=(STALE_RULE, stale),
        )
        for stale in summary.result.comparison.stale
    ]


def _split(source: str | None) -> tuple[str | None, int | None]:
    """Return the file and the line of `file:line`, where they are known."""
    if source is None:
        return None, None
    file, _, line = source.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() else (source, None)
