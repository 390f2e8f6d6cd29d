"""Of an exception, its own message: the head of a traceback says nothing, and is all that fits into a line."""

from __future__ import annotations

import re
from itertools import dropwhile

TRACEBACK = "Traceback (most recent call last):"
# What a group of exceptions puts before each line of its members' tracebacks.
_MEMBER = re.compile(r"^[ |+-]*\| ?", re.MULTILINE)
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')
_PROGRAM = "/program/"
_INSTALLED = "/site-packages/"


def own_message(text: str) -> str:
    """Return the text in one line; of the last traceback in it the exception, and the program's own line."""
    _, mark, traceback = text.rpartition(TRACEBACK)
    if not mark:
        return _one_line(text)
    traceback = _MEMBER.sub("", traceback)
    # Frames are indented; the exception, which can have several lines, is not.
    lines = dropwhile(lambda line: not line.strip() or line[0].isspace(), traceback.splitlines())
    said = _one_line(" ".join(lines))
    place = _place(traceback)
    return f"{said or 'the program failed'}{f' ({place})' if place else ''}"


def _place(traceback: str) -> str | None:
    """Return `file:line` of the innermost frame that is the program's."""
    frames = [match for match in _FRAME.finditer(traceback) if _INSTALLED not in match["file"]]
    ours = [match for match in frames if _PROGRAM in match["file"]]
    if not ours:
        return None
    return f"program/{ours[-1]['file'].rpartition(_PROGRAM)[2]}:{ours[-1]['line']}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
