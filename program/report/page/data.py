"""All that the page shows, as plain data: the template only puts it in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.catalogue import RULES
from policies.limits import limits
from policies.references import load_references
from policies.rule import Rule
from policies.schema import ReviewedFileError
from program.engine.records import DriftRecord
from program.offline.result import excuse_and_fault
from program.report.content.architecture import architecture
from program.report.content.grouping import Group, stack_count, stack_list
from program.report.content.links import Links
from program.report.content.merged import merged_check
from program.report.content.model import Report
from program.report.content.paperwork import paperwork, remedy
from program.report.content.summary import Row, Summary, plural, summarise
from program.report.content.values import by_value, printable, spoken, with_unit
from program.report.content.verdict import assurance, mark, verdict
from program.report.page.drawing import Drawing, drawn

_LONGEST_VALUE = 160
_COMMIT = 10
_WORDS = {"❌": "fails", "⚠️": "needs a look", "✅": "fine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A text, and where it leads; nowhere where that isn't known."""

    text: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackLine:
    """One stack in the matrix."""

    name: str
    environment: str
    region: str
    resources: int
    settings: str
    policies: str
    parity: str
    drift: str
    result: str
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One rule's finding at one resource, in all the stacks that have it."""

    rule: Linked
    title: str
    severity: str
    label: str
    message: str
    excuse: str
    resource: str
    stacks: str
    place: Linked
    fix: str
    blocks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """One property that is not the same everywhere: each value, and who has it."""

    resource: str
    property: str
    values: tuple[tuple[str, str], ...]
    declared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NightLine:
    """What one drift check found of one stack; the newest stand first."""

    stack: str
    when: str
    verdict: str
    commit: str
    changed: str
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkLine:
    """How many controls of a framework have a rule that supports them, and which have none."""

    title: str
    supported: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """The whole page."""

    mark: str
    mark_words: str
    title: str
    assurance: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    stacks: tuple[StackLine, ...]
    findings: tuple[FindingLine, ...]
    differences: tuple[DifferenceLine, ...]
    nights: tuple[NightLine, ...]
    drawing: Drawing
    frameworks: tuple[FrameworkLine, ...]
    rules: int
    commit: Linked | None
    run: Linked | None
    time: str | None


def page_data(report: Report, history: Sequence[DriftRecord]) -> PageData:
    """Return the page of the report, and of drift checks from the oldest to the newest."""
    summary = summarise(merged_check(report), judged=report.judged)
    sign = mark(report)
    return PageData(
        mark=sign,
        mark_words=_WORDS[sign],
        title=printable(verdict(report)),
        assurance=assurance(report) or "",
        problems=tuple(map(printable, report.problems)),
        notes=tuple(map(printable, report.notes)),
        stacks=tuple(_stack(report, row) for row in summary.rows),
        findings=tuple(_finding(group, summary.stack_count, report.links) for group in summary.groups),
        differences=tuple(_differences(summary)),
        # Those without a time stand in the order in which they were given.
        nights=tuple(_night(record) for record in sorted(history, key=lambda record: record.checked_at or "")[::-1]),
        drawing=drawn(architecture(report.check.stacks)),
        frameworks=_frameworks(),
        rules=len(RULES),
        commit=_commit(report),
        run=Linked(text="run", address=report.run) if report.run else None,
        time=report.time,
    )


def _stack(report: Report, row: Row) -> StackLine:
    stack = next(each for each in report.stacks if each.stack == row.stack)
    drift = stack.drift.verdict if stack.drift is not None else "-"
    return StackLine(
        name=printable(row.stack),
        environment=printable(row.environment),
        region=printable(row.region),
        resources=row.resources,
        settings=plural(row.problems, "problem") if row.problems else "ok",
        policies=row.policies if report.judged else "not asked",
        parity=row.parity,
        drift=drift,
        result=stack.outcome,
        wrong=row.wrong or stack.blocks,
    )


def _finding(group: Group, total: int, links: Links | None) -> FindingLine:
    about = paperwork(group.rule)
    accepted = group.label == "exempt"
    excuse, fault = excuse_and_fault(group.message) if accepted else ("", group.message)
    source = group.source or ""
    return FindingLine(
        rule=Linked(text=printable(group.rule), address=links.rule(group.rule) if links else None),
        title=printable(about.title),
        severity=about.severity,
        label="accepted" if accepted else group.label,
        message=printable(fault),
        excuse=printable(excuse),
        resource=printable(group.name or "-"),
        stacks=printable(stack_list(group.stacks, total)),
        place=Linked(text=printable(source), address=links.place(source) if links else None),
        fix="" if accepted else remedy(group.rule, group.label),
        blocks=group.blocks,
    )


def _differences(summary: Summary) -> list[DifferenceLine]:
    lines = []
    for difference in (*summary.undeclared, *summary.declared):
        subject = f"{difference.resource} {difference.property}"
        told = {stack: with_unit(subject, spoken(value)) for stack, value in difference.values.items()}
        values = ((text, printable(stack_count(stacks, len(told)))) for text, stacks in by_value(told, _LONGEST_VALUE))
        lines.append(
            DifferenceLine(
                resource=printable(difference.resource.rpartition("::")[2]),
                property=printable(difference.property),
                values=tuple(values),
                declared=difference.declared,
            )
        )
    return lines


def _night(record: DriftRecord) -> NightLine:
    names = ", ".join(sorted({change.name for change in record.drifted}))
    return NightLine(
        stack=printable(record.stack),
        when=printable(record.checked_at or "-"),
        verdict=record.verdict,
        commit=printable(record.commit or "-")[:_COMMIT],
        changed=printable(record.error or names or "-"),
        wrong=record.verdict != "clean",
    )


def _frameworks() -> tuple[FrameworkLine, ...]:
    """Return the coverage of controls, in environments' strictest sense; nothing where the files can't be read."""
    try:
        references, known = load_references(), limits()
    except ReviewedFileError:
        return ()
    active = {rule.id for rule in RULES if _is_on(rule, list(known.environments))}
    found = []
    for framework, title in references.frameworks.items():
        supported = {
            item.id
            for rule, items in references.rules.items()
            if rule in active
            for item in items
            if item.framework == framework
        }
        gaps = sorted(gap.id for gap in references.gaps if gap.framework == framework)
        found.append(FrameworkLine(title=title, supported=tuple(sorted(supported)), gaps=tuple(gaps)))
    return tuple(found)


def _is_on(rule: Rule, environments: Sequence[str]) -> bool:
    return any(rule.level(limits(), environment) != "off" for environment in environments)


def _commit(report: Report) -> Linked | None:
    if report.links is not None:
        return Linked(text=report.links.commit[:_COMMIT], address=report.links.of_commit)
    return Linked(text=printable(report.commit)[:_COMMIT]) if report.commit else None
