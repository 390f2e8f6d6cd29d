"""What a command that could not run says: a line for each reason on stderr, and the same in the format asked for."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from program.errors import ParityError


@contextmanager
def told_in(format_: str) -> Iterator[None]:
    """Write why the block could not run to stdout too, in the format: who reads it there knows of no stderr."""
    try:
        yield
    except Exception as error:
        from program.report.machine.problems import render

        reasons = reasons_of(error) or [f"{type(error).__name__}: a bug of this tool; the job's log has the traceback"]
        click.echo(render(format_, reasons), nl=False)
        raise


def reasons_of(error: Exception) -> list[str]:
    """Return a line for each reason; nothing for a bug of ours, which a traceback tells."""
    from policies.schema import ReviewedFileError

    if isinstance(error, ParityError | ReviewedFileError):
        return str(error).splitlines()
    if isinstance(error, SyntaxError):
        # A change of the program, as much as a stack file, is input: it is told by its place.
        return [f"{_relative(error.filename)}:{error.lineno}: {error.msg}"]
    if isinstance(error, OSError):
        return [f"{error.filename or 'the system'}: {error.strerror or error}"]
    return _while_importing(error)


def _while_importing(error: Exception) -> list[str]:
    """Return the line of a module that can't be imported: a change of the program did that."""
    from program.project.definition import ROOT

    frames = traceback.extract_tb(error.__traceback__)
    roots = (ROOT / "program", ROOT / "policies")
    ours = [frame for frame in frames if any(Path(frame.filename).is_relative_to(root) for root in roots)]
    if not ours or ours[-1].name != "<module>":
        return []
    told = " ".join(str(error).split())
    return [f"{_relative(ours[-1].filename)}:{ours[-1].lineno}: {type(error).__name__}: {told}"]


def _relative(file: str | None) -> str:
    from program.project.definition import ROOT, place_in

    return place_in(ROOT, Path(file or ""))
