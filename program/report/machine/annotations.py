"""Annotations for a workflow run: GitHub shows ten errors and ten warnings of a step, so those are the worst."""

from __future__ import annotations

from program.report.content.paperwork import paperwork
from program.report.content.places import Place, places
from program.report.content.summary import Summary, plural
from program.report.content.values import printable

MOST_OF_A_LEVEL = 10


def render(summary: Summary) -> str:
    """Return one workflow command a line, then the verdict for the log."""
    lines: list[str] = []
    found = places(summary)
    for level in ("error", "warning"):
        of_level = [place for place in found if place.level == level]
        lines += [command(place) for place in of_level[:MOST_OF_A_LEVEL]]
        left = len(of_level) - MOST_OF_A_LEVEL
        if left > 0:
            lines.append(f"and {plural(left, f'more {level}')}: make check shows them all")
    verdict = f"{summary.verdict}: {summary.reasons()}"
    lines.append(message("notice", verdict) if summary.result.ok else _data(verdict))
    return "".join(f"{line}\n" for line in lines)


def message(kind: str, text: str) -> str:
    """Return the workflow command that says something of the whole run."""
    return f"::{kind} title=parity::{_data(text)}"


def command(place: Place) -> str:
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
