"""What the command line ends with; 0 is clean, 1 findings or differences, 2 (click's own) wrong usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COULD_NOT_RUN: Final = 3
# What a shell reports of a command that Ctrl-C ended.
INTERRUPTED: Final = 130
# By what became of a preview, of an apply and of a destroy: each word has one meaning.
PREVIEWED: Final[Mapping[str, int]] = {"clean": 0, "blocked": 1, "failed": COULD_NOT_RUN}
DONE: Final[Mapping[str, int]] = {
    "applied": 0,
    "destroyed": 0,
    "refused": 1,
    "different": 1,
    "failed": COULD_NOT_RUN,
    "interrupted": INTERRUPTED,
}
