"""Build the config map that Pulumi gives a program, from Pulumi.yaml and one stack file, without Pulumi."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.schema import suggest
from policies.strict_yaml import Document, KeyPath, YamlError, read
from program.errors import Problem
from program.offline.scalars import unclear
from program.offline.stack_names import stacks_in
from program.service.project import (
    PROJECT_FILE,
    ROOT,
    STACKS,
    as_pulumi,
    full_key,
    project_defaults,
    project_name,
)
from program.service.settings import secret_keys

__all__ = ("PROJECT_FILE", "ROOT", "STACKS")
# What every review stack is made from.
REVIEW_TEMPLATE = ".github/review-stack.yaml"
# What an encrypted value is offline, which is no address.
SECRET_MARKER = "secret@offline.invalid"
# Far more than Pulumi.yaml declares; of each that it doesn't, a problem is made.
_MOST_KEYS = 300
_PULUMIS_OWN = ("config", "encryptionsalt", "encryptedkey", "secretsprovider")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFile:
    """One stack file as Pulumi reads it: the config map, what is wrong, and where each key stands."""

    stack: str
    path: str
    config: Mapping[str, str]
    problems: tuple[Problem, ...]
    lines: Mapping[KeyPath, int]

    def source(self, key: str | None) -> str:
        """Return `file:line` of a config key, or the file itself where the key doesn't stand in it."""
        line = (self.line(key) or self.lines.get((key,))) if key else self.lines.get(())
        return f"{self.path}:{line or 1}"

    def line(self, key: str) -> int | None:
        """Return the line of a config key, None where it doesn't stand in the file."""
        return self.lines.get(("config", key)) or self.lines.get(("config", key.removeprefix(f"{project_name()}:")))


def stack_names(root: Path = ROOT) -> tuple[str, ...]:
    """Return the names of all stacks but review stacks, sorted; raise CouldNotRunError for files that can't be one."""
    return stacks_in(root / STACKS)


def read_stack_file(stack: str, root: Path = ROOT, file: Path | None = None) -> StackFile:
    """Read the stack's file, or the one that is given; what is wrong with it is in `problems`, never raised."""
    path = f"{STACKS}/Pulumi.{stack}.yaml" if file is None else file.name
    try:
        document = read(file or root / path)
    except YamlError as problem:
        lines: dict[KeyPath, int] = {(): problem.line} if problem.line else {}
        return StackFile(stack=stack, path=path, config={}, problems=(Problem(None, problem.message),), lines=lines)
    config, problems = _config(document)
    defaults = project_defaults(root)
    return StackFile(
        stack=stack,
        path=path,
        config={**defaults, **config},
        problems=tuple(problems),
        lines=document.lines,
    )


def _config(document: Document) -> tuple[dict[str, str], list[Problem]]:
    data = document.data
    if not isinstance(data, dict):
        found = "empty" if data is None else f"a {_kind(data)}"
        return {}, [Problem(None, f"the file is {found}; it must be a mapping with the key config")]
    if too_many := _too_many(data, None) or _too_many(data.get("config"), "config"):
        return {}, [too_many]
    problems = [
        Problem(key, f"unknown key {key!r}{suggest(key, list(_PULUMIS_OWN))}")
        for key in data
        if key not in _PULUMIS_OWN
    ]
    entries = data.get("config")
    if not isinstance(entries, dict):
        found = "missing" if entries is None else f"a {_kind(entries)}"
        return {}, [
            *problems,
            Problem("config", f"config is {found}; it must be a mapping of keys to values"),
        ]
    problems += unclear(document, entries)
    config: dict[str, str] = {}
    for key, value in entries.items():
        full = full_key(key)
        if full in config:
            problems.append(Problem(key, f"{full} stands twice, once without its namespace"))
        elif value is None:
            problems.append(Problem(key, f"{full} is empty; give it a value or remove it"))
        elif _is_secret(value) and full not in secret_keys():
            allowed = ", ".join(sorted(secret_keys()))
            problems.append(Problem(key, f"{full} is encrypted; only {allowed} may be, as all others are compared"))
        else:
            config[full] = SECRET_MARKER if _is_secret(value) else as_pulumi(value)
    return config, problems


def _too_many(mapping: Any, key: str | None) -> Problem | None:
    if not isinstance(mapping, dict) or len(mapping) <= _MOST_KEYS:
        return None
    where = key or "the file"
    return Problem(
        key, f"{where} has {len(mapping)} keys; at most {_MOST_KEYS} are read, and {PROJECT_FILE} names them"
    )


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def _kind(value: Any) -> str:
    return {list: "list", dict: "mapping", str: "text", bool: "true or false"}.get(type(value), "number")
