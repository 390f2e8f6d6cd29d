"""One side of a change, a commit or the working tree, as data: names and bytes, never code that runs."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from program.errors import CouldNotRunError

# No reviewed file of ours is as large; what is larger is not read.
LARGEST_BYTES = 4 * 1024 * 1024
_MOST_FILES = 50_000
# What git calls a link, and a repository within the repository.
_LINK, _SUBMODULE = "120000", "commit"


@dataclass(frozen=True, slots=True)
class _File:
    digest: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of one side by their names, relative to the project's root.

    `links` are the names that lead elsewhere, symbolic links and submodules: they are not followed.
    """

    name: str
    files: Mapping[str, _File]
    links: frozenset[str] = frozenset()

    def names(self, *prefixes: str) -> list[str]:
        """Return the names that begin with one of the prefixes, sorted; all names without a prefix."""
        return sorted(name for name in self.files if not prefixes or name.startswith(prefixes))

    def digest(self, name: str) -> str | None:
        """Return what tells one content of the file from another; None where there is no such file."""
        file = self.files.get(name)
        return file.digest if file is not None else None

    def content(self, name: str) -> bytes | None:
        """Return the file's bytes, None where there is none; raise CouldNotRunError for one that is too large."""
        file = self.files.get(name)
        if file is None:
            return None
        if file.size > LARGEST_BYTES:
            raise CouldNotRunError(f"{name} in {self.name} has {file.size:,} bytes; at most {LARGEST_BYTES:,} are read")
        return file.read()

    def text(self, name: str) -> str:
        """Return the file's text, empty where there is no such file; what is no UTF-8 is replaced."""
        return (self.content(name) or b"").decode("utf-8", errors="replace")

    def extract(self, folder: Path, *prefixes: str) -> None:
        """Write the files whose names begin with one of the prefixes into the folder."""
        for name in self.names(*prefixes):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.content(name) or b"")


def commit_tree(root: Path, reference: str) -> Tree:
    """Return the tree of a commit; raise CouldNotRunError where git has no such commit."""
    name = commit_of(root, reference)
    listing = _git(root, "ls-tree", "-r", "-z", "-l", name)
    files: dict[str, _File] = {}
    links: set[str] = set()
    for entry in listing.decode("utf-8", errors="surrogateescape").split("\0"):
        if not entry:
            continue
        facts, _, path = entry.partition("\t")
        mode, kind, blob, size = facts.split()
        if mode == _LINK or kind == _SUBMODULE:
            links.add(path)
        else:
            read = partial(_git, root, "cat-file", "blob", blob)
            files[path] = _File(digest=blob, size=int(size), read=read)
    return Tree(name=name, files=_few(files, name), links=frozenset(links))


def working_tree(root: Path) -> Tree:
    """Return the tree of the files that git tracks below the root, as they are now, and of those it doesn't ignore."""
    listing = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    files: dict[str, _File] = {}
    links: set[str] = set()
    for path in filter(None, listing.decode("utf-8", errors="surrogateescape").split("\0")):
        file = root / path
        if file.is_symlink() or file.is_dir():
            links.add(path)
        elif file.is_file():
            # Of what is too large to be read, the size tells one from another.
            size = file.stat().st_size
            content = file.read_bytes() if size <= LARGEST_BYTES else f"{size} bytes".encode()
            # As git names a blob, so that a commit's file and a folder's can be told to be the same.
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            files[path] = _File(digest=blob, size=size, read=file.read_bytes)
    return Tree(name="the working tree", files=_few(files, "the working tree"), links=frozenset(links))


def _few(files: Mapping[str, _File], name: str) -> Mapping[str, _File]:
    if len(files) > _MOST_FILES:
        raise CouldNotRunError(f"{name} has {len(files):,} files; at most {_MOST_FILES:,} are compared")
    return files


def commit_of(root: Path, reference: str) -> str:
    """Return the commit's full name; raise CouldNotRunError where git has no such commit."""
    # Only a commit counts: an empty reference would mean the index, which holds the change itself.
    try:
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    except _GitError as error:
        said = f" ({error})" if str(error) else ""
        raise CouldNotRunError(
            f"there is no commit {reference!r} here{said}; name a commit, a branch or a tag, and `git fetch` it first"
        ) from None
    return found.decode().strip()


def content_of(root: Path, commit: str, name: str) -> bytes:
    """Return a file's bytes as the commit has them; raise CouldNotRunError where it has no such file."""
    return _git(root, "show", f"{commit}:{name}")


class _GitError(CouldNotRunError):
    """git could not do it."""


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)  # noqa: S603, S607  # our own arguments
    except FileNotFoundError:
        raise CouldNotRunError("git is not on PATH; install it, a change is compared with its base by it") from None
    if done.returncode != 0:
        raise _GitError(done.stderr.decode(errors="replace").strip().partition("\n")[0])
    return done.stdout
