"""Which line of a reviewed file a finding is about, where the finding names an entry and not its line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from policies.known.worlds import SERVICE, of_project
from policies.strict_yaml import Document, YamlError, read
from program.project.definition import ROOT

EXEMPTIONS = "policies/exemptions.yaml"
LIMITS = "policies/environments.yaml"


def entry_place(message: str, root: Path = ROOT) -> str:
    """Return `file:line` of the exemption or the accepted finding that the message begins with."""
    if message.startswith("accepted "):
        said = message.removeprefix("accepted ")
        return _place(root, LIMITS, "accepted", lambda entry: said.startswith(f"{_of(entry)} in "))
    return _place(
        root,
        EXEMPTIONS,
        "exemptions",
        lambda entry: message.startswith(f"{_of(entry)} in {entry.get('environment')}: "),
    )


def declaration_place(stale: str, root: Path = ROOT) -> str:
    """Return `file:line` of the declared difference that a comparison calls stale."""
    return _place(root, LIMITS, "differences", lambda entry: stale == _declared(entry))


def _place(root: Path, file: str, key: str, is_it: Any) -> str:
    document = _read(root / file)
    for index, entry in _entries(document, key):
        if isinstance(entry, dict) and is_it(entry):
            return f"{file}:{document.line((key, index))}" if document else file
    return file


def _entries(document: Document | None, key: str) -> Iterator[tuple[int, Any]]:
    entries = document.data.get(key) if document is not None and isinstance(document.data, dict) else None
    yield from enumerate(entries if isinstance(entries, list) else ())


def _of(entry: dict[str, Any]) -> str:
    return f"{entry.get('rule')} for {entry.get('resource')}{of_project(entry.get('project', SERVICE))}"


def _declared(entry: dict[str, Any]) -> str:
    what = f"property {entry['property']}" if entry.get("property") else "presence"
    return f"{entry.get('type')} {entry.get('name')}: {what}"


@cache
def _read(path: Path) -> Document | None:
    try:
        return read(path)
    except YamlError:
        return None
