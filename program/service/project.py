"""Pulumi.yaml as Pulumi reads it: the project's name, and the keys of every stack file with their defaults."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from policies.strict_yaml import YamlError, read
from program.errors import CouldNotRunError

ROOT = Path(__file__).resolve().parents[2]
PROJECT_FILE = "Pulumi.yaml"
STACKS = "stacks"
# What Pulumi takes for a project's name.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@cache
def project_name(root: Path = ROOT) -> str:
    """Return the project's name, which is the namespace of its configuration; nothing else says it."""
    found = _project(root).get("name")
    if not isinstance(found, str) or not _NAME.fullmatch(found):
        raise CouldNotRunError(
            f"{PROJECT_FILE}: name is {found!r}; it must be up to 100 letters, digits, hyphens, dots and underscores"
        )
    return found


@cache
def project_defaults(root: Path = ROOT) -> Mapping[str, str]:
    """Return what Pulumi.yaml sets, as Pulumi hands it over: text, arrays and objects as JSON.

    A key's entry is a value, or a mapping that may have a `value` or a `default`.
    """
    given = {key: _given(entry) for key, entry in _declared(root).items()}
    return {key: as_pulumi(value) for key, value in given.items() if value is not None}


def declared_keys(root: Path = ROOT) -> tuple[str, ...]:
    """Return the config keys that Pulumi.yaml declares, sorted."""
    return tuple(sorted(_declared(root)))


def full_key(key: str, root: Path = ROOT) -> str:
    """Return the key with its namespace: one that has none is the project's own."""
    return key if ":" in key else f"{project_name(root)}:{key}"


def as_pulumi(value: Any) -> str:
    """Return the value as Pulumi hands it to a program."""
    return value if isinstance(value, str) else json.dumps(value)


def _given(entry: Any) -> Any:
    return entry.get("value", entry.get("default")) if isinstance(entry, dict) else entry


def _declared(root: Path) -> Mapping[str, Any]:
    project = _project(root)
    declared = project.get("config")
    if not isinstance(declared, dict):
        raise CouldNotRunError(f"{PROJECT_FILE}: it has no mapping config; it declares the keys of every stack file")
    if (folder := project.get("stackConfigDir")) != STACKS:
        raise CouldNotRunError(f"{PROJECT_FILE}: stackConfigDir is {folder!r}; it must be {STACKS}")
    return {full_key(key, root): entry for key, entry in declared.items()}


def _project(root: Path) -> Mapping[str, Any]:
    try:
        project = read(root / PROJECT_FILE).data
    except YamlError as problem:
        raise CouldNotRunError(f"{PROJECT_FILE}: {problem.message}") from None
    if not isinstance(project, dict):
        raise CouldNotRunError(f"{PROJECT_FILE}: it is no mapping; it must have name and config")
    return project
