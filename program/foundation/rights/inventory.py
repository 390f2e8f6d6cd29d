"""Read what a project registers, as its recording said: types, names, and what its own roles may do."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from policies.schema import StrictModel, parse_file

FOLDER = Path(__file__).parent


class Item(StrictModel):
    """One resource, or several of one name: `?` stands for a digit that counts them, `*` for an id that AWS chooses.

    The inputs are those that the table of calls speaks of.
    """

    type: str
    inputs: dict[str, bool | str]


class Granted(StrictModel):
    """What a role that the project makes is allowed, and what binds it."""

    actions: list[str]
    on: list[str]
    conditions: dict[str, list[str]] = Field(default_factory=dict, alias="if")


class Inventory(StrictModel):
    """All that any stack of the project may register, and what its roles may do together."""

    schema_version: Literal[1]
    resources: list[Item]
    granted: list[Granted]


def word_of(label: str) -> str:
    """Return the project's word in names: its label, or that of the service, which has none."""
    return label or "service"


def file_of(label: str) -> Path:
    """Return the file of the project's inventory; the service has no label."""
    return FOLDER / f"{word_of(label)}.yaml"


@cache
def inventory(label: str = "") -> Inventory:
    """Return the project's inventory, read once per process; raise ReviewedFileError with every problem's line."""
    return parse_file(Inventory, file_of(label))
