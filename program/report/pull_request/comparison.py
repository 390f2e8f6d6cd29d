"""Where the stacks, or the code and the cloud, are not the same: property by property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from program.manifest.canonical import JsonValue
from program.manifest.differences import Difference
from program.offline.reviewed_lines import declaration_place
from program.report.content.declaring import declaring_lines
from program.report.content.grouping import stack_list
from program.report.content.links import Links
from program.report.content.model import Report
from program.report.content.paperwork import PARITY_RULE, STALE_RULE, paperwork
from program.report.content.summary import Summary, plural
from program.report.content.values import ABSENT, by_value, side_by_side, spoken, with_unit
from program.report.markdown.fitting import Section, folded
from program.report.markdown.linked import linked_place
from program.report.markdown.markup import escaped, table
from program.report.markdown.words import clipped, html, name, properties, table_row

MOST_COLUMNS = 4
_LONGEST_VALUE = 120
# Side by side, values share the width of a comment.
_LONGEST_CELL = 40
_LONGEST_LIST = 200
_SOURCES = ("deployed", "planned", "declared")
_LONGEST_HEADING = 20


def undeclared_section(summary: Summary, links: Links | None) -> Section:
    """Return the differences between stacks that nobody declared, and what to do."""
    count = plural(len(summary.undeclared), "undeclared difference")
    if not summary.undeclared:
        return Section(noun="undeclared difference", items=())
    stacks = list(summary.undeclared[0].values)
    wide = len(stacks) <= MOST_COLUMNS
    header = ("Resource", "Property", *(map(escaped, stacks) if wide else ("Values",)))
    rows = [_compared(summary, difference, links, wide=wide) for difference in summary.undeclared]
    return Section(
        noun="undeclared difference",
        opening=f"#### {count}\n\n{table(header, [])}\n",
        items=tuple(table_row(row) for row in rows),
        closing=f"\n\n**Fix:** {escaped(paperwork(PARITY_RULE).fix)}\n\n{_fenced(declaring_lines(summary.undeclared))}",
    )


def _fenced(lines: Sequence[str]) -> str:
    return "\n".join(["```yaml", *lines, "```"])


def stale_section(report: Report, links: Links | None) -> Section:
    """Return the declared differences that no stack has, and what to do."""
    stale = report.check.comparison.stale
    return Section(
        noun="stale declaration",
        opening=f"#### {plural(len(stale), 'stale declaration')}\n\n",
        items=tuple(f"- {name(text)} · {linked_place(declaration_place(text), links)}" for text in stale),
        closing=f"\n\n**Fix:** {escaped(paperwork(STALE_RULE).fix)}",
    )


def difference_section(stacks: Sequence[str], differences: Sequence[Difference], total: int) -> Section:
    """Return what is apart in those stacks between the code, the plan and the last deployment, folded."""
    present = [source for source in _SOURCES if any(source in each.values for each in differences)]
    others = sorted({key for each in differences for key in each.values} - set(present))
    columns = [*present, *others[: 3 - len(present)]]
    header = ("Resource", "Property", *(html(clipped(column.capitalize(), _LONGEST_HEADING)) for column in columns))
    rows = [
        table_row([name(each.resource.rpartition("::")[2]), name(each.property), *_values(each, columns)])
        for each in differences
    ]
    names = html(clipped(stack_list(stacks, total), _LONGEST_LIST))
    title = f"<b>{names}</b>: {properties(len(differences))} in which the code and the last deployment differ"
    return folded("deployed difference", title, rows, opening=table(header, []) + "\n")


def _compared(summary: Summary, difference: Difference, links: Links | None, *, wide: bool) -> list[str]:
    """Return one row: where to fix it stands below the property, so that no column is cut."""
    where = summary.where(difference)
    place = f"<br>{linked_place(where, links)}" if where else ""
    told = _told(difference)
    if wide:
        values = [_value(text) for text in side_by_side(told, _LONGEST_CELL).values()]
    else:
        groups = by_value(told, _LONGEST_VALUE)
        values = ["<br>".join(f"{_value(text)}: {escaped(stack_list(names, 0))}" for text, names in groups)]
    return [name(difference.resource.rpartition("::")[2]), f"{name(difference.property)}{place}", *values]


def _told(difference: Difference) -> Mapping[str, JsonValue]:
    subject = f"{difference.resource} {difference.property}"
    return {stack: with_unit(subject, spoken(value)) for stack, value in difference.values.items()}


def _value(text: str) -> str:
    return ABSENT if text == ABSENT else name(text)


def _values(difference: Difference, columns: Sequence[str]) -> Iterator[str]:
    found: dict[str, JsonValue] = {column: spoken(difference.values.get(column)) for column in columns}
    for text in side_by_side(found, _LONGEST_VALUE).values():
        yield _value(text)
