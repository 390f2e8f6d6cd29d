"""The outputs of a check, one module each, all made from the one CheckResult."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from program.formats import github, json_, markdown, sarif, text
from program.formats.summary import Summary, summarise
from program.result import CheckResult

_RENDERERS: Mapping[str, Callable[[Summary], str]] = {
    "github": github.render,
    "json": json_.render,
    "markdown": markdown.render,
    "sarif": sarif.render,
    "text": text.render,
}


def render(format_: str, result: CheckResult, *, judged: bool = True) -> str:
    """Return the result in the format, ending with a line break; `judged` says that the policies were asked."""
    return _RENDERERS[format_](summarise(result, judged=judged))
