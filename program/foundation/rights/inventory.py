"""Read what the service registers, as its recording said: types, names, and what its own roles may do."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from policies.schema import StrictModel, parse_file

FILE = Path(__file__).with_name("service.yaml")


class Item(StrictModel):
    """One resource, or several of one name: `?` stands for a digit that counts them, `*` for an id that AWS chooses.

    The inputs are those that the table of calls speaks of.
    """

    type: str
    inputs: dict[str, bool | str]


class Granted(StrictModel):
    """What a role that the service makes is allowed, and what binds it."""

    actions: list[str]
    on: list[str]
    conditions: dict[str, list[str]] = Field(default_factory=dict, alias="if")


class Inventory(StrictModel):
    """All that any stack of the service may register, and what its roles may do together."""

    schema_version: Literal[1]
    resources: list[Item]
    granted: list[Granted]


@cache
def inventory() -> Inventory:
    """Return the inventory, read once per process; raise ReviewedFileError with every problem and its line."""
    return parse_file(Inventory, FILE)
