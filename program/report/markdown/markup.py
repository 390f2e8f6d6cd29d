"""Make GitHub-flavoured Markdown of text that may hold anything: nothing in it becomes markup, a link or a mention."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from program.report.content.values import printable

_ACTIVE = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# GitHub looks for these in the finished page, where an escape is gone: a character of no width keeps them apart.
_APART = "&#8203;"
_REFERENCE = re.compile(r"([@#]|GH-)(?=\w)")
# What it makes a link of by itself begins so (GFM, 6.9: autolinks); an address of mail has an @, which is kept apart.
_ADDRESS = re.compile(r":(?=//)|www(?=\.)", re.IGNORECASE)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escaped(text: str) -> str:
    """Return running text, harmless in a paragraph, a list and a table."""
    harmless = _ACTIVE.sub(r"\\\g<0>", printable(text)).translate(_ENTITIES)
    return unlinked(_REFERENCE.sub(rf"\1{_APART}", harmless))


def unlinked(text: str) -> str:
    """Return the text, in which no address is one for GitHub; it looks the same."""
    return _ADDRESS.sub(lambda found: f"{found[0]}{_APART}", text)


def code(text: str) -> str:
    """Return a code span, harmless in a table too."""
    plain = printable(text)
    if not set(plain) & set("`|\\"):
        return f"`{plain}`"
    return "<code>" + "".join(letter if letter.isalnum() else f"&#{ord(letter)};" for letter in plain) + "</code>"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Container[int] = ()) -> str:
    """Return a table of cells that are harmless already; the columns in `numbers` are aligned to the right."""
    rule = ["---:" if index in numbers else "---" for index in range(len(header))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))
