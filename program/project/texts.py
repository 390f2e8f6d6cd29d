"""Text that a message repeats."""

from __future__ import annotations

# The most of a value that a message repeats.
_LONGEST = 100


def cut(text: str) -> str:
    """Return the text, cut where it is too long for a message."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
