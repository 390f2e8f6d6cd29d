"""One small table: how each stack stands and what changes in it; stacks with the same figures share a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from program.report.content.grouping import stack_list
from program.report.markdown.fitting import Section
from program.report.markdown.markup import escaped, table
from program.report.markdown.words import clipped, sentence, table_row
from program.report.pull_request.figures import Row, Summary

_HEADER = ("", "Stack", "Result", "Create", "Update", "Replace", "Delete")
_DRIFT = "Drift"
_LONGEST = 200


def stacks_section(summary: Summary) -> Section:
    """Return the table; the column of drift is there where it was looked for."""
    drift = any(row.drifted is not None for row in summary.rows)
    header = (*_HEADER, *((_DRIFT,) if drift else ()))
    rows = [_cells(stacks, row, len(summary.rows), drift=drift) for row, stacks in _grouped(summary.rows)]
    numbers = frozenset(range(len(_HEADER) - 4, len(header)))
    closing = f"\n\n*and {summary.more} more {'stack' if summary.more == 1 else 'stacks'}*" if summary.more else ""
    return Section(
        noun="stack",
        opening=f"{table(header, [], numbers=numbers)}\n",
        items=tuple(table_row(cells) for cells in rows),
        closing=closing,
    )


def row_mark(row: Row) -> str:
    """Return the sign of one stack, which agrees with that of the whole report."""
    return "❌" if row.blocks else "⚠️" if row.loses_data else "✅"


def _grouped(rows: Sequence[Row]) -> list[tuple[Row, list[str]]]:
    """Return the rows whose figures are the same as one, each with its stacks."""
    found: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[_figures(row)].append(row)
    return [(same[0], [row.stack for row in same]) for same in found.values()]


def _figures(row: Row) -> tuple[object, ...]:
    changes = (row.creates, row.updates, row.replaces, row.deletes)
    return (row.blocks, row.outcome, row.loses_data, row.drifted, row.mandatory, *changes)


def _cells(stacks: Sequence[str], row: Row, total: int, *, drift: bool) -> list[str]:
    names = stack_list(stacks, total) if len(stacks) > 1 else stacks[0]
    changes = (row.creates, row.updates, row.replaces, row.deletes)
    return [
        row_mark(row),
        f"**{escaped(clipped(names, _LONGEST))}**",
        _result(row),
        *(_figure(count) for count in changes),
        *([_figure(row.drifted)] if drift else []),
    ]


def _result(row: Row) -> str:
    """Return how the stack's last step ended, and the findings that block it."""
    findings = f", {row.mandatory} {'finding' if row.mandatory == 1 else 'findings'}" if row.mandatory else ""
    return f"{sentence(row.outcome)}{findings}"


def _figure(count: int | None) -> str:
    return "?" if count is None else str(count) if count else "·"
