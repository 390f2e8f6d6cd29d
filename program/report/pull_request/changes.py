"""One resource's change for a reader: a line of what happens to it, and its properties as a diff."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from program.engine.records import Change, PropertyChange
from program.report.content.grouping import stack_list
from program.report.content.summary import plural
from program.report.content.values import ABSENT, printable, side_by_side, spoken
from program.report.markdown.fitting import Section, folded
from program.report.markdown.markup import table
from program.report.markdown.words import clipped, html, name, table_row

# In a comment, which has little room; a summary is what a deployment is approved by, and shows them all.
MOST_PROPERTIES = 20
_MOST_NAMES = 20
_LONGEST_VALUE = 160
_LONGEST_PATH = 200
_DATA_HEADER = ("Stack", "", "Resource", "Lost", "Type", "Because of", "Where")
_OPERATIONS = ("delete", "replace", "update", "create")


def change_section(
    stacks: Sequence[str], changes: Sequence[Change], total: int, most: int | None = MOST_PROPERTIES
) -> Section:
    """Return the changes that some stacks share, folded; what a reader must see first comes first.

    Of each change so many properties are shown, None for all.
    """
    counts = ", ".join(
        plural(count, word) for word in _OPERATIONS if (count := sum(each.operation == word for each in changes))
    )
    names = clipped(stack_list(stacks, total), _LONGEST_PATH)
    items: list[str] = []
    for (operation, lists), same in groupby(changes, lambda each: (each.operation, _is_listed(each))):
        group = list(same)
        items += _listed(operation, group) if lists else [change_block(change, most) for change in group]
    return folded("change", f"<b>{html(names)}</b>: {counts}", items, separator="\n\n")


def change_block(change: Change, most: int | None = MOST_PROPERTIES) -> str:
    """Return one change: its line, and the properties that change in a diff that nothing in it can end."""
    line = f"**{change.operation}** {name(change.name)} · {name(change.type)}"
    if change.stateful:
        line += " · holds data"
    if change.source:
        line += f" · {name(change.source)}"
    properties = change.properties[:most]
    lines = [text for each in properties for text in _lines(each)]
    if not lines:
        return line
    if more := len(change.properties) - len(properties):
        lines.append(f"# and {more} more properties")
    fence = "`" * max(3, *(len(run) + 1 for text in lines for run in re.findall("`+", text)), 0)
    body = "\n".join(lines)
    return f"{line}\n{fence}diff\n{body}\n{fence}"


def data_section(sets: Sequence[tuple[tuple[str, ...], tuple[Change, ...]]], total: int) -> Section:
    """Return the changes that end a resource which holds data, and the properties that make them do so."""
    rows = [
        [
            html(clipped(stack_list(stacks, total), _LONGEST_PATH)),
            f"**{change.operation}**",
            name(change.name),
            change.lost,
            name(change.type),
            ", ".join(name(each.path) for each in change.properties[:MOST_PROPERTIES] if each.replaces) or ABSENT,
            name(change.source or ""),
        ]
        for stacks, changes in sets
        for change in changes
        if change.loses_data
    ]
    return Section(
        noun="lost resource",
        opening="#### ⚠️ These resources hold data, and end\n\n" + table(_DATA_HEADER, []) + "\n",
        items=tuple(table_row(cells) for cells in rows),
    )


def _is_listed(change: Change) -> bool:
    return change.operation in ("create", "delete") and not change.loses_data


def _listed(operation: str, changes: Sequence[Change]) -> list[str]:
    """Return names alone: of what begins or ends every property does."""
    lines: list[str] = []
    for start in range(0, len(changes), _MOST_NAMES):
        names = ", ".join(name(change.name) for change in changes[start : start + _MOST_NAMES])
        lines.append(f"**{operation}** {names}")
    return lines


def _lines(change: PropertyChange) -> list[str]:
    texts = side_by_side({"-": spoken(change.before), "+": spoken(change.after)}, _LONGEST_VALUE)
    path = clipped(printable(change.path), _LONGEST_PATH)
    replaces = "  (replaces the resource)" if change.replaces else ""
    lines = [] if change.before is None else [f"- {path}: {texts['-']}"]
    lines += [] if change.after is None else [f"+ {path}: {texts['+']}"]
    return [*lines[:-1], f"{lines[-1]}{replaces}"] if lines else []
