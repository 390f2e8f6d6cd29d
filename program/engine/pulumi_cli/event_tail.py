"""Tell on stderr what the engine is at, from its event log while it is being written."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from program.engine.pulumi_cli.events import step_of

_PAUSE_SECONDS = 0.2
# Steps that change nothing are no news.
_QUIET = frozenset({"same", "read", "refresh"})


@contextmanager
def following(log: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Say each step that begins, until the block ends; every resource is named once for each operation."""
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(log, say, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _follow(log: Path, say: Callable[[str], None], ended: threading.Event) -> None:
    while not log.exists():
        if ended.wait(_PAUSE_SECONDS) and not log.exists():
            return
    said: set[str] = set()
    with log.open(encoding="utf-8", errors="replace") as stream:
        for line in _lines(stream, ended):
            text = _said(line)
            if text is not None and text not in said:
                said.add(text)
                say(text)


def _lines(stream: TextIO, ended: threading.Event) -> Iterator[str]:
    """Yield whole lines as they are written; what stands after the last line break waits for the rest of it."""
    part = ""
    while True:
        last = ended.is_set()
        for piece in stream:
            part += piece
            if part.endswith("\n"):
                yield part
                part = ""
        if last:
            return
        ended.wait(_PAUSE_SECONDS)


def _said(line: str) -> str | None:
    try:
        step = step_of(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        # What can't be read is said by whoever reads the log at the end.
        return None
    if step is None or step.operation in _QUIET:
        return None
    return f"  {step.operation:<8} {step.type} {step.name}"
