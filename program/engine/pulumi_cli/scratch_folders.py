"""Folders that one run has to itself: each goes with its run, and what a killed one left goes with the next."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_SCRATCH = re.compile(r"(?:run|init|recover)-\d+-\w+").fullmatch


@contextmanager
def scratch_folder(kind: str, state: Path) -> Iterator[Path]:
    """Give a folder that goes with the block; its name says which process made it.

    The block holds the folder's lock, which the kernel takes off whatever the process dies of: a number could be that
    of another process by then, or of another container that shares the folder.
    """
    with ExitStack() as block:
        with _held(state):
            scratch = Path(block.enter_context(tempfile.TemporaryDirectory(prefix=f"{kind}-{os.getpid()}-", dir=state)))
            block.enter_context(_held(scratch))
        yield scratch


def clear(state: Path) -> None:
    """Remove the folders of runs that were killed: nobody else does."""
    with _held(state):
        for folder in sorted(state.iterdir()):
            if _SCRATCH(folder.name) and not _is_held(folder):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; a filesystem that has none goes without."""
    with _opened(folder) as descriptor:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _is_held(folder: Path) -> bool:
    """Tell whether somebody holds the folder's lock, or may: what can't be told is left alone."""
    try:
        with _opened(folder) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
