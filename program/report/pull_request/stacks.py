"""One small table: how each stack stands and what changes in it; stacks with the same figures share a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence

from program.report.content.grouping import stack_count
from program.report.markdown.fitting import Section
from program.report.markdown.markup import escaped, table
from program.report.markdown.words import clipped, sentence, table_row
from program.report.pull_request.figures import Row, Summary

_HEADER = ("", "Stack", "Result")
_CHANGES = ("Create", "Update", "Replace", "Delete")
_DRIFT = ("Drift",)
_LONGEST = 200


def stacks_section(summary: Summary) -> Section:
    """Return the table; the columns of changes and of drift are there where anybody looked for them."""
    changes = _CHANGES if any(row.creates is not None for row in summary.rows) else ()
    drift = _DRIFT if any(row.drifted is not None for row in summary.rows) else ()
    header = (*_HEADER, *changes, *drift)
    total = len(summary.rows) + summary.more
    rows = [_cells(stacks, row, total, {*changes, *drift}) for row, stacks in _grouped(summary.rows)]
    numbers = frozenset(range(len(_HEADER), len(header)))
    closing = f"\n\n*and {summary.more} more {'stack' if summary.more == 1 else 'stacks'}*" if summary.more else ""
    return Section(
        noun="stack",
        opening=f"{table(header, [], numbers=numbers)}\n",
        items=tuple(table_row(cells) for cells in rows),
        closing=closing,
    )


def row_mark(row: Row) -> str:
    """Return the sign of one stack, which agrees with that of the whole report."""
    return "❌" if row.blocks or row.differs else "⚠️" if row.loses_data else "✅"


def _grouped(rows: Sequence[Row]) -> list[tuple[Row, list[str]]]:
    """Return the rows whose figures are the same as one, each with its stacks."""
    found: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[_figures(row)].append(row)
    return [(same[0], [row.stack for row in same]) for same in found.values()]


def _figures(row: Row) -> tuple[object, ...]:
    changes = (row.creates, row.updates, row.replaces, row.deletes)
    return (row.blocks, row.differs, row.outcome, row.loses_data, row.drifted, row.mandatory, *changes)


def _cells(stacks: Sequence[str], row: Row, total: int, shown: Container[str]) -> list[str]:
    counts = (row.creates, row.updates, row.replaces, row.deletes, row.drifted)
    figures = zip((*_CHANGES, *_DRIFT), counts, strict=True)
    return [
        row_mark(row),
        f"**{escaped(clipped(stack_count(stacks, total), _LONGEST))}**",
        _result(row),
        *(_figure(count) for heading, count in figures if heading in shown),
    ]


def _result(row: Row) -> str:
    """Return how the stack's last step ended, the findings that block it, and that it is not like the others."""
    findings = f", {row.mandatory} {'finding' if row.mandatory == 1 else 'findings'}" if row.mandatory else ""
    return f"{sentence(row.outcome)}{findings}{', differs' if row.differs else ''}"


def _figure(count: int | None) -> str:
    return "?" if count is None else str(count) if count else "·"
