"""Everything of a report that annotations and code scanning show, each at its place, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from program.engine.records import AnyRecord, ApplyRecord, DestroyRecord
from program.offline.stackfile import STACKS
from program.report.content.grouping import stack_list
from program.report.content.merged import change_sets, merged_check
from program.report.content.model import DATA_RULE, GOOD, STEP_RULE, Report, StackReport, outcome_of
from program.report.content.places import Place
from program.report.content.places import places as places_of_check
from program.report.content.summary import summarise


def places(report: Report) -> list[Place]:
    """Return the places, errors first; of the errors, the steps that stopped."""
    own = [*_steps(report), *_losses(report)]
    found = [*own, *places_of_check(summarise(merged_check(report), judged=True))]
    return sorted(found, key=lambda place: ("error", "warning", "note").index(place.level))


def places_of(report: Report, stack: StackReport) -> list[Place]:
    """Return the places of one stack alone; differences between stacks belong to none of them."""
    comparison = replace(report.check.comparison, differences=(), stale=())
    return places(replace(report, check=replace(report.check, comparison=comparison, stacks=()), stacks=(stack,)))


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
    file = f"{STACKS}/Pulumi.{stack.stack}.yaml" if stack.checked is not None else None
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
                file, _, line = (change.source or "").rpartition(":")
                where = stack_list(stacks, len(report.stacks))
                yield Place(
                    level="warning",
                    rule=DATA_RULE,
                    resource=f"{change.type}::{change.name}",
                    message=f"{change.name} in {where}: {change.operation} of a resource that holds data",
                    file=file or None,
                    line=int(line) if file and line.isdecimal() else None,
                    identity=(DATA_RULE, change.type, change.name, *stacks),
                )
