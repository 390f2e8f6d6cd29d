"""Which line of the program a finding is about: the property's own, and of a shared helper its caller's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Lock

from program.project.definition import ROOT

PROGRAM = ROOT / "program"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def property_place(source: str | None, type_: str, path: str) -> str | None:
    """Return `file:line` of the argument that sets the property, else the place as it is.

    `source` is where the resource is made, `path` begins with the property's wire name. A file that has been changed
    since, in which the line makes no resource of the type, has nothing to say.
    """
    name = re.match(r"[A-Za-z0-9]+", path)
    if source is None or name is None:
        return source
    file, _, line = source.rpartition(":")
    argument = _CAPITAL.sub("_", name[0]).lower()
    for call in _calls(ROOT / file):
        if call.lineno == int(line) and _called(call) == type_.rpartition(":")[2]:
            return next((f"{file}:{word.value.lineno}" for word in call.keywords if word.arg == argument), source)
    return source


def place_in_program(path: Path, line: int) -> str | None:
    """Return `file:line` relative to the project; None for what isn't the program's."""
    return f"{path.relative_to(ROOT).as_posix()}:{line}" if path.is_relative_to(PROGRAM) else None


def is_shared(path: Path, line: int) -> bool:
    """Tell whether the line stands in a method that others call, who then say what the resource is like."""
    functions = (node for node in _nodes(path) if isinstance(node, ast.FunctionDef) and _holds(node, line))
    innermost = max(functions, key=lambda node: node.lineno, default=None)
    return innermost is not None and not innermost.name.startswith("_") and _is_method(innermost)


def _is_method(function: ast.FunctionDef) -> bool:
    return bool(function.args.args) and function.args.args[0].arg == "self"


def _holds(function: ast.FunctionDef, line: int) -> bool:
    return function.lineno <= line <= (function.end_lineno or function.lineno)


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in _nodes(path) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# Python 3.11 fails now and then where two threads make syntax trees at once (gh-106905), and the SDK's do.
_PARSING = Lock()


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of the file; none where it can't be read any more."""
    try:
        text = path.read_text(encoding="utf-8")
        with _PARSING:
            return tuple(ast.walk(ast.parse(text)))
    except (OSError, SyntaxError, ValueError):
        return ()
