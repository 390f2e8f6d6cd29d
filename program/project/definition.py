"""The Pulumi projects of this repository, and their Pulumi.yaml as Pulumi reads it: name, keys and defaults."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policies.strict_yaml import YamlError, read
from program.errors import CouldNotRunError

ROOT = Path(__file__).resolve().parents[2]
PROJECT_FILE = "Pulumi.yaml"
# The folder of the service's stack files; those of another project are in a folder of it.
STACKS = "stacks"
# What Pulumi takes for a project's name.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Project:
    """One Pulumi project, by the label that stands before its stacks' names (`network/dev`); the service has none."""

    label: str

    @property
    def folder(self) -> str:
        """Return the folder that Pulumi runs the project in, relative to the root."""
        return f"program/{self.label}" if self.label else "."

    @property
    def file(self) -> str:
        """Return the path of its Pulumi.yaml, relative to the root."""
        return f"{self.folder}/{PROJECT_FILE}" if self.label else PROJECT_FILE

    @property
    def stacks(self) -> str:
        """Return the folder of its stack files, relative to the root."""
        return f"{STACKS}/{self.label}" if self.label else STACKS

    def path(self, path: str) -> str:
        """Return a path relative to the root as Pulumi finds it from the project's folder; an absolute one stays."""
        return path if Path(path).is_absolute() else os.path.relpath(path, self.folder)

    def labelled(self, stack: str) -> str:
        """Return the name by which all that people read calls the stack."""
        return f"{self.label}/{stack}" if self.label else stack

    def name(self, root: Path = ROOT) -> str:
        """Return Pulumi's name of the project, the namespace of its configuration; nothing else says it."""
        return _project_name(self, root)

    def defaults(self, root: Path = ROOT) -> Mapping[str, str]:
        """Return what Pulumi.yaml sets, as Pulumi hands it over: text, arrays and objects as JSON.

        A key's entry is a value, or a mapping that may have a `value` or a `default`.
        """
        return _defaults(self, root)

    def declared_keys(self, root: Path = ROOT) -> tuple[str, ...]:
        """Return the config keys that Pulumi.yaml declares, sorted."""
        return tuple(sorted(_declared(self, root)))

    def full_key(self, key: str, root: Path = ROOT) -> str:
        """Return the key with its namespace: one that has none is the project's own."""
        return key if ":" in key else f"{self.name(root)}:{key}"


SERVICE = Project("")
NETWORK = Project("network")
FOUNDATION = Project("foundation")
# In the order in which reports tell of them.
PROJECTS = (SERVICE, NETWORK, FOUNDATION)


def split(name: str) -> tuple[Project, str]:
    """Return the project and Pulumi's name of the stack that is called so: `network/dev`, or `dev` of the service."""
    label, slash, stack = name.rpartition("/")
    project = next((project for project in PROJECTS if project.label == label), SERVICE)
    return (project, stack) if project.label or not slash else (SERVICE, name)


def place_in(root: Path, path: Path) -> str:
    """Return the path as people find it: from the root on, or its name where it lies elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def stack_file(name: str) -> str:
    """Return the path, relative to the root, of the file of the stack that is called so."""
    project, stack = split(name)
    return f"{project.stacks}/Pulumi.{stack}.yaml"


def as_pulumi(value: Any) -> str:
    """Return the value as Pulumi hands it to a program."""
    return value if isinstance(value, str) else json.dumps(value)


@cache
def _project_name(project: Project, root: Path) -> str:
    found = _read(project, root).get("name")
    if not isinstance(found, str) or not _NAME.fullmatch(found):
        raise CouldNotRunError(
            f"{project.file}: name is {found!r}; it must be up to 100 letters, digits, hyphens, dots and underscores"
        )
    return found


@cache
def _defaults(project: Project, root: Path) -> Mapping[str, str]:
    given = {key: _given(entry) for key, entry in _declared(project, root).items()}
    return {key: as_pulumi(value) for key, value in given.items() if value is not None}


def _given(entry: Any) -> Any:
    return entry.get("value", entry.get("default")) if isinstance(entry, dict) else entry


def _declared(project: Project, root: Path) -> Mapping[str, Any]:
    found = _read(project, root)
    declared = found.get("config")
    if not isinstance(declared, dict):
        raise CouldNotRunError(f"{project.file}: it has no mapping config; it declares the keys of every stack file")
    wanted = f"../../{project.stacks}" if project.label else project.stacks
    if (folder := found.get("stackConfigDir")) != wanted:
        raise CouldNotRunError(f"{project.file}: stackConfigDir is {folder!r}; it must be {wanted}")
    return {project.full_key(key, root): entry for key, entry in declared.items()}


def _read(project: Project, root: Path) -> Mapping[str, Any]:
    if project.label and not (root / project.file).exists():
        # Of a project that there is not, only its stacks ask.
        raise CouldNotRunError(
            f"{project.file}: the file does not exist, and {project.stacks}/ has stacks of it; add it, or remove these"
        )
    try:
        found = read(root / project.file).data
    except YamlError as problem:
        raise CouldNotRunError(f"{project.file}: {problem.message}") from None
    if not isinstance(found, dict):
        raise CouldNotRunError(f"{project.file}: it is no mapping; it must have name and config")
    return found
