"""Why a check could not run, in each format: nobody has to look for the reason in a job's log."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from program.manifest.canonical import JsonObject
from program.report.content.reasons import located
from program.report.content.values import printable
from program.report.machine.annotations import problem_command
from program.report.machine.sarif import of_problems
from program.report.markdown.words import sentence

SCHEMA_VERSION = 1


def render(format_: str, reasons: Sequence[str]) -> str:
    """Return the reasons in the format; nothing as text, as stderr has them."""
    return _RENDERERS[format_](reasons) if format_ in _RENDERERS else ""


def _json(reasons: Sequence[str]) -> str:
    problems: list[JsonObject] = []
    for reason in reasons:
        file, line, message = located(reason)
        problems.append({"file": file, "line": line, "message": message})
    document: JsonObject = {"schemaVersion": SCHEMA_VERSION, "ok": False, "problems": list(problems)}
    return json.dumps(document, indent=2) + "\n"


def _markdown(reasons: Sequence[str]) -> str:
    lines = [f"- {sentence(reason)}" for reason in reasons]
    return "\n".join(["### ❌ The check could not run", "", *lines]) + "\n"


def _github(reasons: Sequence[str]) -> str:
    return "".join(f"{problem_command(*located(printable(reason)))}\n" for reason in reasons)


def _sarif(reasons: Sequence[str]) -> str:
    return of_problems([located(reason) for reason in reasons])


_RENDERERS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "github": _github,
    "json": _json,
    "markdown": _markdown,
    "sarif": _sarif,
}
