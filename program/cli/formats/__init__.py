"""One module per output format, each a function from the check's result to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from program.cli.formats import github, json_, markdown, sarif, text
from program.result import CheckResult

_RENDERERS: Mapping[str, Callable[[CheckResult], str]] = {
    "github": github.render,
    "json": json_.render,
    "markdown": markdown.render,
    "sarif": sarif.render,
    "text": text.render,
}


def render(format_: str, result: CheckResult) -> str:
    """Return the result in the format, which ends with a line's end."""
    return _RENDERERS[format_](result)
