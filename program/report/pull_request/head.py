"""What stands first in the report and is never dropped: the marker, the verdict, a row for each stack."""

from __future__ import annotations

from dataclasses import replace

from program.report.content.summary import plural
from program.report.markdown.fitting import size
from program.report.markdown.markup import escaped, table
from program.report.markdown.words import name
from program.report.pull_request.figures import Row, Summary, marker

_HEADER = ("", "Stack", "Outcome", "Changes", "Findings", "Declared", "Planned", "Deployed", "Seconds")
_NUMBERS = frozenset({_HEADER.index("Seconds")})


def head(summary: Summary) -> str:
    """Return the first block; for a reader, a quiet report is the verdict alone."""
    mark = "⚠️" if summary.ok and (summary.loses_data or summary.weakens) else _mark(summary.ok)
    lines = [marker(summary), f"### {mark} {escaped(summary.verdict)}."]
    if not summary.quiet and summary.rows:
        lines += ["", table(_HEADER, [_cells(row) for row in summary.rows], numbers=_NUMBERS)]
    if summary.more:
        lines += ["", f"*and {plural(summary.more, 'more stack')}*"]
    return "\n".join(lines)


def within(summary: Summary, limit: int) -> Summary:
    """Return the summary with as many of its rows as let the head fit into `limit` bytes."""
    used = size(head(replace(summary, rows=(), more=len(summary.rows)))) + size(table(_HEADER, []))
    for index, row in enumerate(summary.rows):
        # In the marker and in the table; the commas between are less than the break.
        used += size(marker(replace(summary, rows=(row,)))) - size(marker(replace(summary, rows=())))
        used += size(table((), [_cells(row)])) + len("\n,")
        if used > limit:
            return replace(summary, rows=summary.rows[:index], more=len(summary.rows) - index)
    return summary


def _mark(ok: bool) -> str:  # noqa: FBT001  # one word from one flag
    return "✅" if ok else "❌"


def _cells(row: Row) -> list[str]:
    return [
        _mark(not row.blocks),
        f"**{escaped(row.stack)}**",
        escaped(row.outcome),
        _changes(row),
        _findings(row),
        *(_hash(text) for text in (row.declared, row.planned, row.deployed)),
        "-" if row.seconds is None else f"{row.seconds:.0f}",
    ]


def _changes(row: Row) -> str:
    """Return what changes in figures; nothing is known of a step that stopped."""
    if row.creates is None:
        return "-"
    figures = {"create": row.creates, "update": row.updates, "replace": row.replaces, "delete": row.deletes}
    return ", ".join(plural(count, word) for word, count in figures.items() if count) or "none"


def _findings(row: Row) -> str:
    figures = {"mandatory": row.mandatory, "undecided": row.undecided, "advisory": row.advisory}
    return ", ".join(f"{count} {word}" for word, count in figures.items() if count) or "none"


def _hash(text: str | None) -> str:
    if text is None:
        return "-"
    return escaped(text) if " " in text else name(text)
