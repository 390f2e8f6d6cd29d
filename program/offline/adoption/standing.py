"""What stands in the repository already, which init leaves as it is unless it is told otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from program.errors import CouldNotRunError
from program.offline.adoption.frozen import EXAMPLE
from program.project.definition import FOUNDATION, stack_file
from program.project.stackfile import stack_names

# Where the prefix is defined; Pulumi.yaml's default follows from it.
NAMING = "program/project/naming.py"
PREFIX_LINE = re.compile(r'^PREFIX = "(?P<prefix>[^"\n]*)"$', re.MULTILINE)
# RULES.md is the longest by far, at a fifth of it.
_MOST_BYTES = 1024 * 1024
# Where a foundation's stack names the repository.
OWNER_KEY, NAME_KEY = "github:owner", "foundation:repository"


def chosen_prefix(root: Path, old_name: str) -> str | None:
    """Return the prefix that somebody chose; None where it is the example's, or follows from the name."""
    found = PREFIX_LINE.search(text_of(root, NAMING))
    return None if found is None or found["prefix"] in ("", old_name) else found["prefix"]


def own_repository(root: Path) -> str | None:
    """Return the repository that the foundation trusts, None as long as it is the example's."""
    found = next(repositories(root), None)
    example = root / EXAMPLE
    # Before the first run the example stands in the service's place.
    of_the_example = next(repositories(example), None) if example.is_dir() else found
    return None if found == of_the_example else found


def repositories(root: Path) -> Iterator[str]:
    """Yield the repository that each stack of the foundation names."""
    for stack in stack_names(root, FOUNDATION):
        text = text_of(root, stack_file(stack))
        owner, name = (re.search(rf"^  {key}: ([^\s/]+)$", text, re.MULTILINE) for key in (OWNER_KEY, NAME_KEY))
        if owner and name:
            yield f"{owner[1]}/{name[1]}"


def text_of(root: Path, name: str) -> str:
    """Return the text of a file, nothing where there is none; raise CouldNotRunError for one that can't be read."""
    path = root / name
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CouldNotRunError(f"{name}: the file has more than {_MOST_BYTES} bytes; is it the right one?")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotRunError(f"{name}: the file can't be read: {error}") from None
