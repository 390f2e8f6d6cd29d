"""Annotations for a workflow run: GitHub shows ten errors and ten warnings of a step, so those are the worst."""

from __future__ import annotations

from program.report.content.model import Report
from program.report.content.paperwork import paperwork
from program.report.content.places import Place, check_places, report_places
from program.report.content.summary import Summary, plural
from program.report.content.values import printable
from program.report.content.verdict import verdict

MOST_OF_A_LEVEL = 10
_LEVELS = ("error", "warning")


def of_check(summary: Summary) -> str:
    """Return one workflow command a line, then the verdict for the log."""
    lines: list[str] = []
    found = check_places(summary)
    for level in _LEVELS:
        of_level = [place for place in found if place.level == level]
        lines += [_command(place) for place in of_level[:MOST_OF_A_LEVEL]]
        left = len(of_level) - MOST_OF_A_LEVEL
        if left > 0:
            lines.append(f"and {plural(left, f'more {level}')}: make check shows them all")
    verdict = f"{summary.verdict}: {summary.reasons()}"
    lines.append(_message("notice", verdict) if summary.result.ok else _data(verdict))
    return "".join(f"{line}\n" for line in lines)


def of_report(report: Report) -> str:
    """Return one workflow command a line, the worst first; of too many the last says how many more there are."""
    found = report_places(report)
    lines: list[str] = []
    for level in _LEVELS:
        of_level = [place for place in found if place.level == level]
        room = MOST_OF_A_LEVEL if len(of_level) <= MOST_OF_A_LEVEL else MOST_OF_A_LEVEL - 1
        lines += map(_command, of_level[:room])
        if more := len(of_level[room:]):
            lines.append(_message(level, f"{plural(more, f'more {level}')}: the summary of this run has them all"))
    return "".join(f"{line}\n" for line in (*lines, _message("notice", verdict(report))))


def problem_command(file: str | None, line: int | None, message: str) -> str:
    """Return the workflow command that says why nothing could be checked."""
    properties = [f"file={_property(file)}"] if file else []
    properties += [f"line={line}"] if line else []
    return f"::error {','.join([*properties, 'title=The check could not run'])}::{_data(message)}"


def _message(kind: str, text: str) -> str:
    """Return the workflow command that says something of the whole run."""
    return f"::{kind} title=parity::{_data(text)}"


def _command(place: Place) -> str:
    """Return the workflow command that annotates the place."""
    properties = [f"file={_property(place.file)}"] if place.file else []
    properties += [f"line={place.line}"] if place.line else []
    properties.append(f"title={_property(f'{place.rule}: {paperwork(place.rule).title}')}")
    return f"::{place.level} {','.join(properties)}::{_data(place.message)}"


def _data(text: str) -> str:
    # Control characters are escaped already: a message can't begin a command of its own.
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
