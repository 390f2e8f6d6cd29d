"""Build the config map that Pulumi gives a program, from Pulumi.yaml and one stack file, without Pulumi."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policies.schema import suggest
from policies.strict_yaml import Document, KeyPath, YamlError, read
from program.errors import CouldNotRunError, Problem
from program.offline.scalars import unclear
from program.offline.stack_names import stacks_in
from program.service.settings import PROJECT, SECRET_KEYS

ROOT = Path(__file__).resolve().parents[2]
STACKS = "stacks"
# What every review stack is made from.
REVIEW_TEMPLATE = ".github/review-stack.yaml"
PROJECT_FILE = "Pulumi.yaml"
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
        short = key.removeprefix(f"{PROJECT}:") if key else ""
        line = self.lines.get(("config", key or "")) or self.lines.get(("config", short))
        line = line or self.lines.get((key,) if key else ())
        return f"{self.path}:{line or 1}"


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


@cache
def project_defaults(root: Path = ROOT) -> Mapping[str, str]:
    """Return the defaults of Pulumi.yaml as Pulumi hands them over: text, arrays and objects as JSON."""
    return {
        key: _text(entry["default"])
        for key, entry in _declared(root).items()
        if isinstance(entry, dict) and "default" in entry
    }


def declared_keys(root: Path = ROOT) -> tuple[str, ...]:
    """Return the config keys that Pulumi.yaml declares, sorted."""
    return tuple(sorted(_declared(root)))


def _declared(root: Path) -> Mapping[str, Any]:
    try:
        project = read(root / PROJECT_FILE).data
    except YamlError as problem:
        raise CouldNotRunError(f"{PROJECT_FILE}: {problem.message}") from None
    declared = project.get("config") if isinstance(project, dict) else None
    if not isinstance(declared, dict):
        raise CouldNotRunError(f"{PROJECT_FILE}: it has no mapping config; it declares the keys of every stack file")
    return {f"{PROJECT}:{key}": entry for key, entry in declared.items()}


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
        full = key if ":" in key else f"{PROJECT}:{key}"
        if full in config:
            problems.append(Problem(key, f"{full} stands twice, once without its namespace"))
        elif value is None:
            problems.append(Problem(key, f"{full} is empty; give it a value or remove it"))
        elif _is_secret(value) and full not in SECRET_KEYS:
            allowed = ", ".join(sorted(SECRET_KEYS))
            problems.append(Problem(key, f"{full} is encrypted; only {allowed} may be, as all others are compared"))
        else:
            config[full] = SECRET_MARKER if _is_secret(value) else _text(value)
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


def _text(value: Any) -> str:
    """Return the value as Pulumi hands it to a program."""
    return value if isinstance(value, str) else json.dumps(value)


def _kind(value: Any) -> str:
    return {list: "list", dict: "mapping", str: "text", bool: "true or false"}.get(type(value), "number")
