"""Tell on stderr how far a command is: one line that is overwritten on a terminal, nothing in a log."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self, TextIO

_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Counts the stacks that are done."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._done: list[str] = []
        self._stream = stream or sys.stderr

    def __enter__(self) -> Self:
        """Say that the work begins."""
        self._say(f"checking {self._total} {'stack' if self._total == 1 else 'stacks'} ...")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the line empty for what comes next."""
        if self._stream.isatty():
            self._stream.write(_CLEAR_LINE)
            self._stream.flush()

    def done(self, stack: str) -> None:
        """Say that one more stack is done."""
        self._done.append(stack)
        self._say(f"checked {len(self._done)} of {self._total}: {stack}")

    def _say(self, text: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"{_CLEAR_LINE}{text}")
            self._stream.flush()
