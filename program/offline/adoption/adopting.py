"""Adopt the example: keep it for the tests, then write every file that changes, each whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from program.offline.adoption.frozen import EXAMPLE, freeze
from program.offline.adoption.renaming import PICTURES, Adoption, changed_texts
from program.project.files import write_whole


def adopt(root: Path, adoption: Adoption) -> Iterator[str]:
    """Do what is still to do, and yield a line for each thing done; interrupted, it can be run again."""
    if freeze(root):
        yield f"{EXAMPLE}: keeps the example, which the product's tests run on"
    # All of them before the first is written: a file that can't be changed stops everything.
    for name, text in list(changed_texts(root, adoption)):
        write_whole(root / name, text)
        yield f"{name}: changed"
    if (root / PICTURES).is_dir():
        shutil.rmtree(root / PICTURES)
        yield f"{PICTURES}: removed, they show the example"
