"""Print with rich into text: colours and the window's width on a terminal, else plain and 100 wide."""

from __future__ import annotations

import io
import sys

from rich.console import Console, RenderableType

WIDTH = 100


def console_of_text() -> Console:
    """Return a console whose output is captured, not shown."""
    terminal = sys.stdout.isatty()
    return Console(
        file=io.StringIO(),
        force_terminal=terminal,
        width=None if terminal else WIDTH,
        highlight=False,
        emoji=False,
        markup=False,
    )


def printed(*items: RenderableType) -> str:
    """Return the items as text, without blanks at the ends of lines."""
    console = console_of_text()
    with console.capture() as capture:
        for item in items:
            console.print(item)
    return tidy(capture.get())


def tidy(text: str) -> str:
    """Return the text without blanks at the ends of lines and empty lines around it, ending with a line break."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"
