"""Differences of a refresh that are no drift, as drift-noise.yaml has them: each with its reason and its source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from policies.globs import matches
from policies.limits import Reason
from policies.schema import StrictModel, parse_file

NOISE_FILE = Path(__file__).resolve().parent / "drift-noise.yaml"
_MEMBER = re.compile(r"\[[^\]]*\]")


class Noise(StrictModel):
    """One property of a type of resource whose differences are no drift, in every environment.

    `type` is a glob, `property` a path that covers what stands below it, with `[]` for any member of a list. What
    `changes` does so by itself: an output that the program doesn't set (where the program sets it, it counts). What is
    `left` the program sets once, and leaves to another (ignoreChanges). What is `readBack` is in AWS as it was asked
    for, and is told otherwise for ever. With `live`, that value alone is none.
    """

    type: Annotated[str, Field(min_length=1)]
    property: Annotated[str, Field(min_length=1)]
    kind: Literal["changes", "left", "readBack"]
    live: bool | int | str | None = None
    reason: Reason
    source: Annotated[str, Field(min_length=5)]

    def covers(self, type_: str, path: str) -> bool:
        """Tell whether the entry is about the property at the path of such a resource."""
        return matches(type_, self.type) and is_at(path, self.property)

    def __str__(self) -> str:
        return f"{self.type} {self.property}"


class NoiseFile(StrictModel):
    """All that the file says."""

    schema_version: Literal[1]
    noise: list[Noise]


def is_at(path: str, asked: str) -> bool:
    """Tell whether the path is the one asked for, or stands below it; `[]` in what is asked is any member."""
    return any(found == asked or found.startswith((f"{asked}.", f"{asked}[")) for found in (path, anywhere(path)))


def anywhere(path: str) -> str:
    """Return the path without the names of members of lists."""
    return _MEMBER.sub("[]", path)


def load_noise(path: Path = NOISE_FILE) -> Sequence[Noise]:
    """Read the file; raise ReviewedFileError with every problem of it."""
    return tuple(parse_file(NoiseFile, path).noise)
