"""The result of a check in each format that a command offers; a format's own code is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from program.offline.result import CheckResult
from program.report.content.summary import Summary, summarise

Detail = Literal["quiet", "normal", "verbose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is to be written: a result, whether the policies were asked, and how much of it is text."""

    result: CheckResult
    judged: bool
    detail: Detail

    @property
    def summary(self) -> Summary:
        return summarise(self.result, judged=self.judged)


def render(format_: str, result: CheckResult, *, judged: bool = True, detail: Detail = "normal") -> str:
    """Return the result in the format, ending with a line break.

    `judged` says that the policies were asked, `detail` how much of it is text.
    """
    return _RENDERERS[format_](_Asked(result=result, judged=judged, detail=detail))


def _text(asked: _Asked) -> str:
    from program.report.terminal.check import render as rendered

    return rendered(asked.summary, asked.detail)


def _json(asked: _Asked) -> str:
    from program.report.machine.json_ import render as rendered

    return rendered(asked.summary)


def _markdown(asked: _Asked) -> str:
    from program.report.content.assembly import assemble
    from program.report.pull_request.report import for_summary

    return for_summary(assemble(asked.result, [], judged=asked.judged))


def _github(asked: _Asked) -> str:
    from program.report.machine.annotations import of_check

    return of_check(asked.summary)


def _sarif(asked: _Asked) -> str:
    from program.report.machine.sarif import of_check

    return of_check(asked.summary)


_RENDERERS: Mapping[str, Callable[[_Asked], str]] = {
    "github": _github,
    "json": _json,
    "markdown": _markdown,
    "sarif": _sarif,
    "text": _text,
}
