"""Text of others in bounds: cut, harmless, and short enough to be dropped piece by piece."""

from __future__ import annotations

import re
from collections.abc import Sequence

from program.report.content.values import printable
from program.report.markdown.markup import code, escaped, unlinked

ELLIPSIS = "…"
LONGEST_NAME = 200
LONGEST_MESSAGE = 1000
_ACTIVE = re.compile(r"[^\w\s.,:;/()-]|_")
# GitHub links it to an issue.
_ISSUE = re.compile(r"GH-(?=\d)")
_BLOCK = re.compile(r"[-+=>#]|\d+[.)]")


def clipped(text: str, longest: int) -> str:
    """Return the text in at most so many characters; an ellipsis says that it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}{ELLIPSIS}"


def name(text: str) -> str:
    """Return a name as code; nothing at all is a dash."""
    return code(clipped(text, LONGEST_NAME)) if text else "-"


def sentence(text: str) -> str:
    """Return running text, which begins no list, heading or block of its own."""
    plain = clipped(text, LONGEST_MESSAGE).strip() or "-"
    return f"&#8203;{escaped(plain)}" if _BLOCK.match(plain) else escaped(plain)


def html(text: str) -> str:
    """Return text that is harmless inside an HTML tag and in a table, where Markdown's escapes may not count."""
    return unlinked(_ISSUE.sub(r"\g<0>&#8203;", _ACTIVE.sub(_entity, printable(text))))


def properties(count: int) -> str:
    """Return `1 property`, `2 properties`."""
    return f"{count} {'property' if count == 1 else 'properties'}"


def table_row(cells: Sequence[str]) -> str:
    """Return one row of a table."""
    return f"| {' | '.join(cells)} |"


def listed(texts: Sequence[str], most: int) -> str:
    """Name the first of the texts, and how many more there are."""
    first = ", ".join(texts[:most])
    return first if len(texts) <= most else f"{first} and {len(texts) - most} more"


def _entity(found: re.Match[str]) -> str:
    # In the finished page it is the letter again; the one of no width keeps it from being a mention.
    apart = "&#8203;" if found[0] in "@#" else ""
    return f"&#{ord(found[0])};{apart}"
