"""The commands of a document, as they stand in its blocks, and how many a person types."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

_BLOCK = re.compile(r"^ *```sh\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
# Commands that stand by themselves, four spaces in; drawings and tables of words stand so too.
_INDENTED = re.compile(r"^    (?P<command>(?:make|gh|git|pulumi|\./parity|\.venv/\S+|python) .+)$", re.MULTILINE)
_FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_BETWEEN = re.compile(r"&&|\|\||;|\n")
# Of a loop: what stands around the commands that it repeats.
_OF_A_LOOP = re.compile(r"^(for .*|while .*|do|done)$")


def blocks(text: str) -> Iterator[str]:
    """Yield each block of shell commands, without its comments."""
    for found in _BLOCK.finditer(text):
        lines = map(_without_comment, found["text"].splitlines())
        yield "\n".join(filter(None, lines)).replace("\\\n", " ")


def commands(block: str) -> list[str]:
    """Return each command that is typed: one in a loop is typed once, one after another on a line is one more."""
    parts = (part.strip() for part in _BETWEEN.split(block))
    found = [re.sub(r"^do +", "", part) for part in parts if part and not _OF_A_LOOP.match(part)]
    for command in found:
        shlex.split(command)  # a quoted separator would have cut it in two
    return found


def documented(text: str) -> list[str]:
    """Return every command of the document, those in blocks first."""
    alone = (_without_comment(found["command"]) for found in _INDENTED.finditer(_FENCED.sub("", text)))
    return [command for block in (*blocks(text), *alone) for command in commands(block)]


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s)#.*$", "", line).strip()


def up_to(text: str, last: str) -> list[str]:
    """Return the blocks up to the one with the command that begins so."""
    found: list[str] = []
    for block in blocks(text):
        found.append(block)
        if any(command.startswith(last) for command in commands(block)):
            return found
    raise AssertionError(f"no block has a command that begins with {last!r}")
