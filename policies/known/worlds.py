"""The projects that are judged apart: each has a known world of its own, a folder in policies/known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

World = Literal["service", "network", "foundation"]
SERVICE: World = "service"
FOUNDATION: World = "foundation"
WORLDS: tuple[World, ...] = get_args(World)
# By the project's name, as the engine has it. The service's own is whatever its Pulumi.yaml says.
_BY_PROJECT: Mapping[str, World] = {"networking-stack": "network", "foundation": "foundation"}


def of_project(world: World) -> str:
    """Return the words by which a message tells another project's entry from the service's."""
    return "" if world == SERVICE else f" of the {world}"


def world_of(project: str | None) -> World:
    """Return the world that a project is judged by: of any other name than the two it is the service."""
    return _BY_PROJECT.get(project or "", SERVICE)
