"""Whether the stacks are the same: by hash, and by every property where they, or the code and the cloud, are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from program.manifest.canonical import JsonValue
from program.manifest.differences import Difference
from program.report.content.grouping import stack_list
from program.report.content.model import Report, StackReport
from program.report.content.paperwork import LIMITS, PARITY_RULE, STALE_RULE, paperwork
from program.report.content.summary import Summary, plural
from program.report.content.values import ABSENT, side_by_side, spoken
from program.report.markdown.fitting import Section, folded
from program.report.markdown.markup import escaped, table
from program.report.markdown.words import clipped, html, name, properties, table_row
from program.report.pull_request.check import difference_rows
from program.report.pull_request.figures import shortened

_LONGEST_VALUE = 120
_SOURCES = ("deployed", "planned", "declared")
_HASHES = ("Stack", "Config", "Baseline", "Declared", "Planned", "Deployed", "Deployed is", "Bundle")
_SHORT = 10


def undeclared_section(summary: Summary) -> Section:
    """Return the differences between stacks that nobody declared."""
    return _compared(summary, summary.undeclared, "undeclared difference", places=True)


def declared_section(summary: Summary) -> Section:
    """Return the differences between stacks that are meant, folded."""
    rows = _compared(summary, summary.declared, "declared difference", places=False)
    title = f"{plural(len(rows.items), rows.noun)} ({LIMITS} gives each its reason)"
    return folded(rows.noun, title, rows.items, opening=rows.opening.partition("\n\n")[2])


def stale_section(report: Report) -> Section:
    """Return the declared differences that no stack has."""
    return Section(
        noun="stale declaration",
        opening="#### Stale declarations\n\n",
        items=tuple(f"- {name(stale)}" for stale in report.check.comparison.stale),
        closing=f"\n\n**Fix:** {escaped(paperwork(STALE_RULE).fix)}",
    )


def hashes_section(report: Report) -> Section:
    """Return each stack's hashes side by side: declared by the code, planned, and deployed last."""
    rows = [_hashes(stack) for stack in report.stacks if stack.declared is not None]
    opening = f"<details><summary>Parity: {_agreement(report)}</summary>\n\n{table(_HASHES, [])}\n"
    return Section(
        noun="parity row",
        opening=opening,
        items=tuple(table_row(row) for row in rows),
        closing="\n\n</details>",
    )


def difference_section(stacks: Sequence[str], differences: Sequence[Difference], total: int) -> Section:
    """Return what is apart in those stacks between the code, the plan and the last deployment, folded."""
    present = [source for source in _SOURCES if any(source in each.values for each in differences)]
    others = sorted({key for each in differences for key in each.values} - set(present))
    columns = [*present, *others[: 3 - len(present)]]
    header = ("Resource", "Property", *(html(clipped(column.capitalize(), _SHORT * 2)) for column in columns))
    rows = [
        table_row([name(each.resource.rpartition("::")[2]), name(each.property), *_values(each, columns)])
        for each in differences
    ]
    names = html(clipped(stack_list(stacks, total), 200))
    title = f"<b>{names}</b>: {properties(len(differences))} in which the code and the last deployment are apart"
    return folded("deployed difference", title, rows, opening=table(header, []) + "\n")


def _compared(summary: Summary, differences: Sequence[Difference], noun: str, *, places: bool) -> Section:
    if not differences:
        return Section(noun=noun, items=())
    header, rows = difference_rows(summary, differences, places=places)
    return Section(
        noun=noun,
        opening=f"#### {noun.capitalize()}s\n\n{table(header, [])}\n",
        items=tuple(table_row(row) for row in rows),
        closing=f"\n\n**Fix:** {escaped(paperwork(PARITY_RULE).fix)}",
    )


def _values(difference: Difference, columns: Sequence[str]) -> Iterator[str]:
    found: dict[str, JsonValue] = {column: spoken(difference.values.get(column)) for column in columns}
    for text in side_by_side(found, _LONGEST_VALUE).values():
        yield ABSENT if text == ABSENT else name(text)


def _agreement(report: Report) -> str:
    comparison = report.check.comparison
    if not comparison.match:
        return "the stacks are not the same"
    declared = f" but for {plural(len(comparison.differences), 'declared difference')}"
    return f"the stacks are the same{declared if comparison.differences else ''}"


def _hashes(stack: StackReport) -> list[str]:
    declared = stack.declared
    bundle = stack.preview.bundle if stack.preview is not None else None
    cells = [
        shown_hash(declared.config_hash if declared else None),
        shown_hash(declared.baseline_hash if declared else None),
        *(shown_hash(shortened(hashes)) for hashes in (declared, stack.planned, stack.deployed)),
    ]
    return [f"**{escaped(clipped(stack.stack, 100))}**", *cells, _deployed(stack), shown_hash(bundle)]


def _deployed(stack: StackReport) -> str:
    if stack.deployed is None:
        return "nothing yet" if stack.preview is not None and stack.preview.error is None else ABSENT
    declared = stack.declared.resources_hash if stack.declared is not None else None
    if declared is not None and declared == stack.deployed.resources_hash:
        return "as declared"
    count = len(stack.differences)
    return f"{properties(count)} apart" if count else "something else"


def shown_hash(text: str | None) -> str:
    """Return the first characters of a hash, as code."""
    if not text:
        return ABSENT
    return escaped(text) if " " in text else name(text[:_SHORT])
