"""What changes, for a reader: a line for each resource with Pulumi's own symbols, and its properties as a diff."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from program.engine.records import Change, PropertyChange
from program.manifest.normalise import UNKNOWN
from program.report.content.grouping import stack_count
from program.report.content.links import Links
from program.report.content.shown_properties import shown_properties
from program.report.content.summary import plural
from program.report.content.values import printable, side_by_side, spoken
from program.report.markdown.fitting import Section, folded
from program.report.markdown.linked import linked_place
from program.report.markdown.words import clipped, html, name

# In a comment, which has little room; a summary is what a deployment is approved by, and shows them all.
MOST_PROPERTIES = 20
_MOST_NAMES = 20
_LONGEST_VALUE = 160
_LONGEST_PATH = 200
# A diff shorter than this is read without a click.
_OPEN_BELOW = 10
_OPERATIONS = ("delete", "replace", "update", "create")
SYMBOLS = {"create": "+", "update": "~", "replace": "+-", "delete": "-"}
_WORDS = {"create": "create", "update": "update", "replace": "**must be replaced**", "delete": "**delete**"}


def changes_section(
    sets: Sequence[tuple[tuple[str, ...], tuple[Change, ...]]],
    total: int,
    links: Links | None,
    most: int | None = MOST_PROPERTIES,
) -> Section:
    """Return all changes by property in one fold, open where it is short; of each change so many properties."""
    items: list[str] = []
    for stacks, changes in sets:
        counts = ", ".join(
            plural(count, word) for word in _OPERATIONS if (count := sum(each.operation == word for each in changes))
        )
        items.append(f"**{html(clipped(stack_count(stacks, total), _LONGEST_PATH))}**: {counts}")
        items += _items(changes, links, most)
    lines = sum(item.count("\n") + 1 for item in items)
    return folded("change", "All changes by property", items, separator="\n\n", is_open=lines < _OPEN_BELOW)


def change_block(change: Change, links: Links | None = None, most: int | None = MOST_PROPERTIES) -> str:
    """Return one change: its line, and the properties that change in a diff that nothing in it can end."""
    line = f"`{SYMBOLS[change.operation]}` {name(change.name)} {_WORDS[change.operation]} · {name(change.type)}"
    if change.stateful:
        line += " · holds data"
    if change.source:
        line += f" · {linked_place(change.source, links)}"
    properties = shown_properties(change.properties)
    shown = properties[:most]
    lines = [text for each in shown for text in property_lines(each)]
    if not lines:
        return line
    if more := len(properties) - len(shown):
        lines.append(f"# and {more} more {'property' if more == 1 else 'properties'}")
    return f"{line}\n{fenced(lines)}"


def property_lines(change: PropertyChange) -> list[str]:
    """Return the lines of a diff for one property."""
    path = clipped(printable(change.path), _LONGEST_PATH)
    forces = "  # forces replacement" if change.replaces else ""
    if change.after == UNKNOWN:
        return [f"! {path}: known after deployment{forces}"]
    texts = side_by_side({"-": spoken(change.before), "+": spoken(change.after)}, _LONGEST_VALUE)
    lines = [] if change.before is None else [f"- {path}: {texts['-']}"]
    lines += [] if change.after is None else [f"+ {path}: {texts['+']}"]
    return [*lines[:-1], f"{lines[-1]}{forces}"] if lines else []


def fenced(lines: Sequence[str]) -> str:
    """Return the lines as a diff, in a fence that nothing in them can end."""
    fence = "`" * max(3, *(len(run) + 1 for text in lines for run in re.findall("`+", text)), 0)
    body = "\n".join(lines)
    return f"{fence}diff\n{body}\n{fence}"


def _items(changes: Sequence[Change], links: Links | None, most: int | None) -> Iterator[str]:
    for (operation, lists), same in groupby(changes, lambda each: (each.operation, _is_listed(each))):
        group = list(same)
        if lists:
            yield from _listed(operation, group)
        else:
            yield from (change_block(change, links, most) for change in group)


def _is_listed(change: Change) -> bool:
    return change.operation in ("create", "delete") and not change.loses_data


def _listed(operation: str, changes: Sequence[Change]) -> Iterator[str]:
    """Yield names alone: of what begins or ends every property does."""
    for start in range(0, len(changes), _MOST_NAMES):
        names = ", ".join(name(change.name) for change in changes[start : start + _MOST_NAMES])
        yield f"`{SYMBOLS[operation]}` {_WORDS[operation]} {names}"
