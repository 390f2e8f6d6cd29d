"""The result of a check in each format that a command offers; a format's own code is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from program.offline.result import CheckResult
from program.report.content.summary import summarise

Detail = Literal["quiet", "normal", "verbose"]


def render(format_: str, result: CheckResult, *, judged: bool = True, detail: Detail = "normal") -> str:
    """Return the result in the format, ending with a line break.

    `judged` says that the policies were asked, `detail` how much of it is text.
    """
    return _RENDERERS[format_](result, judged, detail)


def _text(result: CheckResult, judged: bool, detail: Detail) -> str:  # noqa: FBT001  # one caller
    from program.report.terminal.check import render as rendered

    return rendered(summarise(result, judged=judged), detail)


def _json(result: CheckResult, judged: bool, _detail: Detail) -> str:  # noqa: FBT001
    from program.report.machine.json_ import render as rendered

    return rendered(summarise(result, judged=judged))


def _markdown(result: CheckResult, judged: bool, _detail: Detail) -> str:  # noqa: FBT001
    from program.report.content.assembly import assemble
    from program.report.pull_request.report import for_summary

    return for_summary(assemble(result, [], judged=judged))


def _github(result: CheckResult, judged: bool, _detail: Detail) -> str:  # noqa: FBT001
    from program.report.machine.annotations import of_check

    return of_check(summarise(result, judged=judged))


def _sarif(result: CheckResult, judged: bool, _detail: Detail) -> str:  # noqa: FBT001
    from program.report.machine.sarif import of_check

    return of_check(summarise(result, judged=judged))


_RENDERERS: Mapping[str, Callable[[CheckResult, bool, Detail], str]] = {
    "github": _github,
    "json": _json,
    "markdown": _markdown,
    "sarif": _sarif,
    "text": _text,
}
