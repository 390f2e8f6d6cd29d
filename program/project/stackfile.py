"""Build the config map that Pulumi gives a program, from Pulumi.yaml and one stack file, without Pulumi."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from policies.deployers import REVIEW_SUFFIX
from policies.schema import suggest
from policies.strict_yaml import Document, KeyPath, YamlError, read
from program.errors import Problem
from program.project.definition import PROJECTS, ROOT, Project, as_pulumi, place_in, split, stack_file
from program.project.scalars import unclear
from program.project.stack_names import stacks_in

# What every review stack is made from.
REVIEW_TEMPLATE = ".github/review-stack.yaml"
# The name of a review stack, under which their template is read.
TEMPLATE_STACK = f"{REVIEW_SUFFIX}0"
# What an encrypted value is offline, which is no address.
SECRET_MARKER = "secret@offline.invalid"
# Far more than Pulumi.yaml declares; of each that it doesn't, a problem is made.
_MOST_KEYS = 300
_PULUMIS_OWN = ("config", "encryptionsalt", "encryptedkey", "secretsprovider")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFile:
    """One stack file as Pulumi reads it: the config map, what is wrong, and where each key stands.

    `stack` is Pulumi's name of it, `encrypted` the config keys whose values the file keeps encrypted.
    """

    project: Project
    stack: str
    path: str
    config: Mapping[str, str]
    problems: tuple[Problem, ...]
    lines: Mapping[KeyPath, int]
    encrypted: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what the stack is called, `network/dev`."""
        return self.project.labelled(self.stack)

    def source(self, key: str | None) -> str:
        """Return `file:line` of a config key, or the file itself where the key doesn't stand in it."""
        line = (self.line(key) or self.lines.get((key,))) if key else self.lines.get(())
        return f"{self.path}:{line or 1}"

    def located(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return the problems with their places in this file; one that has another file's keeps it."""
        return tuple(each if each.place else replace(each, place=self.source(each.key)) for each in problems)

    def line(self, key: str) -> int | None:
        """Return the line of a config key, None where it doesn't stand in the file."""
        own = key.removeprefix(f"{self.project.name()}:")
        return self.lines.get(("config", key)) or self.lines.get(("config", own))


def stack_names(root: Path = ROOT, *projects: Project) -> tuple[str, ...]:
    """Return what all stacks of the projects, or of every project, are called; review stacks are left out.

    They are sorted by project, then by name. Raises CouldNotRunError for files that can't be a stack's.
    """
    return tuple(
        project.labelled(stack) for project in projects or PROJECTS for stack in stacks_in(root, project.stacks)
    )


def read_stack_file(name: str, root: Path = ROOT, file: Path | None = None) -> StackFile:
    """Read the file of the stack that is called so, or the one given; what is wrong is in `problems`, never raised."""
    project, stack = split(name)
    path = stack_file(name) if file is None else place_in(root, file.absolute())
    try:
        document = read(file or root / path)
    except YamlError as problem:
        lines: dict[KeyPath, int] = {(): problem.line} if problem.line else {}
        problems = (Problem(None, problem.message),)
        return StackFile(project=project, stack=stack, path=path, config={}, problems=problems, lines=lines)
    entries, found = _entries(document)
    found += unclear(document, entries) if entries else ()
    config: dict[str, str] = {}
    encrypted: list[str] = []
    for key, value in entries.items():
        full = project.full_key(key)
        if full in config:
            found.append(Problem(key, f"{full} stands twice, once without its namespace"))
        elif value is None:
            found.append(Problem(key, f"{full} is empty; give it a value or remove it"))
        elif _is_secret(value):
            config[full] = SECRET_MARKER
            encrypted.append(full)
        else:
            config[full] = as_pulumi(value)
    return StackFile(
        project=project,
        stack=stack,
        path=path,
        config={**project.defaults(root), **config},
        problems=tuple(found),
        lines=document.lines,
        encrypted=tuple(encrypted),
    )


def _entries(document: Document) -> tuple[dict[str, Any], list[Problem]]:
    """Return the configuration's entries, none where there can be none, and what is wrong with the file's shape."""
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
        return {}, [*problems, Problem("config", f"config is {found}; it must be a mapping of keys to values")]
    return entries, problems


def _too_many(mapping: Any, key: str | None) -> Problem | None:
    if not isinstance(mapping, dict) or len(mapping) <= _MOST_KEYS:
        return None
    where = key or "the file"
    return Problem(key, f"{where} has {len(mapping)} keys; at most {_MOST_KEYS} are read, and Pulumi.yaml names them")


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def _kind(value: Any) -> str:
    return {list: "list", dict: "mapping", str: "text", bool: "true or false"}.get(type(value), "number")
