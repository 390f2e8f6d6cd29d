"""Which files in stacks/ are stacks, and what a stack may be called."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from policies.deployers import REVIEW_SUFFIX
from program.errors import CouldNotRunError

_FILE = re.compile(r"Pulumi\.(?P<name>.+)\.yaml", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9-]*")
# Review stacks live beside an environment for a while; their files are never committed.
_REVIEW_STACK = re.compile(r"pr-\d+")
# The workflows' own GitHub environments, which have other rights than a stack's: see .github/SETTING-UP.md.
_RESERVED = frozenset({"image", "review"})
_RESERVED_ENDS = ("-preview", "-drift")
# More files than any service has stacks; each costs a recording.
_MOST_FILES = 500
_MOST_NAMED = 5
_LONGEST_NAME = 60


def stacks_in(root: Path, folder: str) -> tuple[str, ...]:
    """Return the names of all stacks in the folder but review stacks, sorted.

    Raises CouldNotRunError in one line for files that look like a stack's and can't be one: nobody would miss them.
    """
    if not (root / folder).is_dir():
        return ()
    with os.scandir(root / folder) as found:
        files = sorted(entry.name for entry in islice(found, _MOST_FILES + 1))
    if len(files) > _MOST_FILES:
        raise CouldNotRunError(
            f"{folder}/ holds more than {_MOST_FILES} files, which are more stacks than are checked; remove what "
            f"is none"
        )
    if misnamed := [f"{_shown(file)} ({reason})" for file, reason in _misnamed(files)]:
        more = f" and {len(misnamed) - _MOST_NAMED} more" if len(misnamed) > _MOST_NAMED else ""
        raise CouldNotRunError(f"{folder}/: rename or remove {', '.join(misnamed[:_MOST_NAMED])}{more}")
    names = (match["name"] for match in map(_FILE.fullmatch, files) if match)
    return tuple(name for name in names if not _REVIEW_STACK.fullmatch(name))


def unfit(name: str) -> str | None:
    """Return why no stack may be called that; None where one may."""
    if not _NAME.fullmatch(name):
        return "a stack's name begins with a lower-case letter, and has lower-case letters, digits and hyphens alone"
    if name in _RESERVED or name.endswith(_RESERVED_ENDS):
        return "the workflows have a GitHub environment of that name, with other rights"
    return None


def reserved_suffix(key: str, suffix: str) -> str | None:
    """Return why no committed stack may have the suffix, which is review stacks'; None where it may."""
    if not suffix.startswith(REVIEW_SUFFIX):
        return None
    return (
        f"{key} is {suffix}; suffixes that begin with {REVIEW_SUFFIX} are review stacks', whose role may change them: "
        f"choose another"
    )


def _misnamed(files: list[str]) -> Iterator[tuple[str, str]]:
    for file in files:
        match = _FILE.fullmatch(file)
        if match is not None and (reason := unfit(match["name"])):
            yield file, reason
        elif match is None and file.lower().startswith("pulumi."):
            yield file, "a stack's file is Pulumi.<stack>.yaml"


def _shown(file: str) -> str:
    text = ascii(file)[1:-1]
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}..."
