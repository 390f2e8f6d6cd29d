"""What stands first in the report and is never dropped: the marker, the worst of it in plain words, what holds."""

from __future__ import annotations

from dataclasses import replace

from program.report.markdown.fitting import size
from program.report.markdown.markup import escaped
from program.report.pull_request.figures import Summary, marker


def head(summary: Summary, *, marked: bool = True) -> str:
    """Return the first block; marked, a program can read the summary back from it."""
    lines = [*([marker(summary)] if marked else []), f"### {summary.mark} {escaped(summary.verdict)}"]
    if summary.assurance and summary.calm:
        lines += ["", escaped(summary.assurance)]
    return "\n".join(lines)


def within(summary: Summary, limit: int) -> Summary:
    """Return the summary with as many of its rows as let the head fit into `limit` bytes."""
    empty = replace(summary, rows=(), more=len(summary.rows))
    used, alone = size(head(empty)), size(marker(replace(summary, rows=())))
    for index, row in enumerate(summary.rows):
        # The comma between two rows is less than the break.
        used += size(marker(replace(summary, rows=(row,)))) - alone + len("\n")
        if used > limit:
            return replace(summary, rows=summary.rows[:index], more=len(summary.rows) - index)
    return summary
