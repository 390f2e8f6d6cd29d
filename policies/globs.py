"""Texts with wildcards, in any number and always in the case in which they are written."""

from __future__ import annotations

from fnmatch import fnmatchcase

_WILDCARDS = frozenset("*?[")


def matches(text: str, glob: str) -> bool:
    """Tell whether the glob stands for the text, as `fnmatchcase` does.

    That compiles every glob, and most of those here have no wildcard.
    """
    return text == glob if _WILDCARDS.isdisjoint(glob) else fnmatchcase(text, glob)
