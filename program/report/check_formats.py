"""The outputs of a check, one module each, all made from the one CheckResult."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from program.offline.result import CheckResult
from program.report.content.summary import Summary, summarise
from program.report.machine import annotations as github
from program.report.machine import json_, sarif
from program.report.pull_request import check as markdown
from program.report.terminal import check as text

_RENDERERS: Mapping[str, Callable[[Summary], str]] = {
    "github": github.of_check,
    "json": json_.render,
    "markdown": markdown.render,
    "sarif": sarif.of_check,
}


def render(format_: str, result: CheckResult, *, judged: bool = True, detail: text.Detail = "normal") -> str:
    """Return the result in the format, ending with a line break.

    `judged` says that the policies were asked, `detail` how much of it is text.
    """
    summary = summarise(result, judged=judged)
    return text.render(summary, detail) if format_ == "text" else _RENDERERS[format_](summary)
