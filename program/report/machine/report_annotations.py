"""The report as annotations of a workflow run: GitHub shows ten errors and ten warnings of a step, no more."""

from __future__ import annotations

from program.report.content.model import Report
from program.report.content.report_places import places
from program.report.content.summary import plural
from program.report.content.verdict import verdict
from program.report.machine.annotations import MOST_OF_A_LEVEL, command, message

_LEVELS = ("error", "warning")


def render(report: Report) -> str:
    """Return one workflow command a line, the worst first; of too many the last says how many more there are."""
    found = places(report)
    lines: list[str] = []
    for level in _LEVELS:
        of_level = [place for place in found if place.level == level]
        room = MOST_OF_A_LEVEL if len(of_level) <= MOST_OF_A_LEVEL else MOST_OF_A_LEVEL - 1
        lines += map(command, of_level[:room])
        if more := len(of_level[room:]):
            lines.append(message(level, f"{plural(more, f'more {level}')}: the summary of this run has them all"))
    return "".join(f"{line}\n" for line in (*lines, message("notice", verdict(report))))
