"""The report as annotations of a workflow run: GitHub shows ten errors and ten warnings of a step, no more."""

from __future__ import annotations

from program.cli.formats.github import MOST_OF_A_LEVEL, command
from program.cli.formats.places import Place
from program.cli.formats.summary import plural
from program.report.model import Report
from program.report.places import places
from program.report.verdict import verdict

_LEVELS = ("error", "warning")


def render(report: Report) -> str:
    """Return one workflow command a line, the worst first; of too many the last says how many more there are."""
    found = places(report)
    lines: list[str] = []
    for level in _LEVELS:
        of_level = [place for place in found if place.level == level]
        lines += map(command, of_level if len(of_level) <= MOST_OF_A_LEVEL else _cut(of_level))
    notice = Place(
        level="note", rule="parity", resource=None, message=verdict(report), file=None, line=None, identity=()
    )
    return "".join(f"{line}\n" for line in (*lines, command(notice)))


def _cut(found: list[Place]) -> list[Place]:
    shown = found[: MOST_OF_A_LEVEL - 1]
    more = plural(len(found) - len(shown), f"more {found[0].level}")
    rest = Place(
        level=found[0].level,
        rule="parity",
        resource=None,
        message=f"{more}: the summary of this run has them all",
        file=None,
        line=None,
        identity=(),
    )
    return [*shown, rest]
