"""What the command line ends with; 0 is clean, 1 findings or differences, 2 (click's own) wrong usage."""

from __future__ import annotations

from typing import Final

COULD_NOT_RUN: Final = 3
# What a shell reports of a command that Ctrl-C ended.
INTERRUPTED: Final = 130
