"""Trees of a few files, made of text."""

import hashlib
from functools import partial

from program.offline.guard.tree import Tree, _File


def tree(files, name="head"):
    """Return a tree of the files, text by name."""
    return Tree(
        name=name,
        files={
            path: _File(
                digest=hashlib.sha256(text.encode()).hexdigest(), size=len(text), read=partial(text.encode, "utf-8")
            )
            for path, text in files.items()
        },
    )


def told(changes):
    """Return what a reader is told of each change, without the words."""
    return [(change.effect, change.kind, change.line) for change in changes]
