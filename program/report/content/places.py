"""Everything that annotations and code scanning show: findings, differences and stale declarations at their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from program.engine.records import AnyRecord, ApplyRecord, DestroyRecord
from program.offline.guard.result import Guarded
from program.offline.reviewed_lines import declaration_place
from program.project.definition import stack_file
from program.report.content.grouping import stack_list
from program.report.content.merged import change_sets, merged_check
from program.report.content.model import GOOD, Report, StackReport, outcome_of
from program.report.content.paperwork import (
    DATA_RULE,
    GUARD_RULE,
    LIMITS,
    PARITY_RULE,
    REVIEWED_RULE,
    STALE_RULE,
    STEP_RULE,
    paperwork,
    remedy,
)
from program.report.content.summary import Summary, summarise
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


def check_places(summary: Summary) -> list[Place]:
    """Return all that is to be shown, errors first."""
    found = [*_guard(summary.result.guarded), *_findings(summary), *_differences(summary), *_stale(summary)]
    return _worst_first(found)


def report_places(report: Report) -> list[Place]:
    """Return the places, errors first; of the errors, the steps that stopped."""
    own = [*_steps(report), *_losses(report)]
    found = [*own, *check_places(summarise(merged_check(report), judged=True))]
    return _worst_first(found)


def stack_places(report: Report, stack: StackReport) -> list[Place]:
    """Return the places of one stack alone; differences between stacks belong to none of them."""
    comparison = replace(report.check.comparison, differences=(), stale=())
    return report_places(
        replace(report, check=replace(report.check, comparison=comparison, stacks=()), stacks=(stack,))
    )


def _worst_first(found: Iterable[Place]) -> list[Place]:
    return sorted(found, key=lambda place: ("error", "warning", "note").index(place.level))


def _guard(guarded: Guarded | None) -> Iterator[Place]:
    if guarded is None:
        return
    for problem in guarded.problems:
        yield _of_file("error", REVIEWED_RULE, problem.file, problem.line, problem.message)
    for change in guarded.weakens:
        fails = f" On the base this would fail: {'; '.join(change.fails)}" if change.fails else ""
        yield _of_file("warning", GUARD_RULE, change.file, change.line, f"{change.kind}: {change.text}.{fails}")


def _of_file(level: PlaceLevel, rule: str, file: str, line: int | None, message: str) -> Place:
    return Place(
        level=level, rule=rule, resource=None, message=message, file=file, line=line, identity=(rule, file, message)
    )


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
            line=_split(declaration_place(stale))[1],
            identity=(STALE_RULE, stale),
        )
        for stale in summary.result.comparison.stale
    ]


def _steps(report: Report) -> Iterator[Place]:
    for problem in report.problems:
        yield Place(
            level="error",
            rule=STEP_RULE,
            resource=None,
            message=problem,
            file=None,
            line=None,
            identity=(STEP_RULE, problem),
        )
    for stack in report.stacks:
        if stack.missing:
            yield _step(stack, f"{stack.stack}: no record; its job was cancelled or failed early")
        for record in stack.records:
            # What blocks a preview is a finding, and shown as such.
            if outcome_of(record) not in (*GOOD, "blocked"):
                yield _step(stack, f"{stack.stack}: {record.kind} {outcome_of(record)}{_why(record)}")


def _step(stack: StackReport, message: str) -> Place:
    # A stack of a review has no file that a change could touch.
    file = stack_file(stack.stack) if stack.checked is not None else None
    return Place(
        level="error",
        rule=STEP_RULE,
        resource=None,
        message=message,
        file=file,
        line=1 if file else None,
        identity=(STEP_RULE, stack.stack),
    )


def _why(record: AnyRecord) -> str:
    reasons = [record.error] if record.error else []
    if isinstance(record, ApplyRecord | DestroyRecord):
        reasons += [
            f"{each.code}: expected {each.expected}, found {each.found}. Fix: {each.fix}" for each in record.refusals
        ]
    return f": {'; '.join(reasons)}" if reasons else ""


def _losses(report: Report) -> Iterator[Place]:
    for stacks, changes in change_sets(report):
        for change in changes:
            if change.loses_data:
                file, line = _split(change.source)
                where = stack_list(stacks, len(report.stacks))
                yield Place(
                    level="warning",
                    rule=DATA_RULE,
                    resource=f"{change.type}::{change.name}",
                    message=f"{change.name} in {where}: {change.operation} of a resource that holds data",
                    file=file,
                    line=line,
                    identity=(DATA_RULE, change.type, change.name, *stacks),
                )


def _split(source: str | None) -> tuple[str | None, int | None]:
    """Return the file and the line of `file:line`, where they are known."""
    if source is None:
        return None, None
    file, _, line = source.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() else (source, None)
