"""Pulumi.yaml's block of configuration, which follows from the settings: `python -m program.service.declaration`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from policies.strict_yaml import Document, YamlError, read
from program.errors import CouldNotRunError
from program.service.project import PROJECT_FILE, ROOT
from program.service.setting import about_of
from program.service.settings import Settings

_BLOCK = re.compile(r"(?<=^config:\n)(?:[ \t]+.*\n?|\n)*", re.MULTILINE)
# As YAML takes a word for text without quotes.
_PLAIN = re.compile(r"(?!(true|false|null|yes|no|on|off)$)[a-z][a-z0-9_]*")


def declaration() -> Mapping[str, Mapping[str, Any]]:
    """Return what Pulumi.yaml must declare, by the keys of a stack file."""
    return {str(field.alias): dict(_entry(field)) for name, field in Settings.model_fields.items() if name != "region"}


def stray(root: Path = ROOT) -> str | None:
    """Return in one line the first thing in which Pulumi.yaml isn't what the settings say; None where it is."""
    try:
        document = read(root / PROJECT_FILE)
    except YamlError as problem:
        raise CouldNotRunError(f"{PROJECT_FILE}: {problem.message}") from None
    return next(_strays(document), None)


def written(text: str) -> str:
    """Return Pulumi.yaml's text with the block as the settings have it; what belongs to a provider stays."""
    found = _BLOCK.search(text)
    if found is None:
        raise CouldNotRunError(f"{PROJECT_FILE}: it has no line config:; add it, and what stands below is written")
    others = re.findall(r"^  [\w.-]+:[\w.-]+:.*\n(?:    .*\n)*", found[0], re.MULTILINE)
    return text[: found.start()] + "".join([*_lines(), *others]) + text[found.end() :]


def _strays(document: Document) -> Iterator[str]:
    data = document.data if isinstance(document.data, dict) else {}
    config = data.get("config")
    found = {key: entry for key, entry in config.items() if ":" not in key} if isinstance(config, dict) else {}
    wanted = declaration()
    for key in [*wanted, *(key for key in found if key not in wanted)]:
        if found.get(key) != wanted.get(key):
            where = f"{PROJECT_FILE}:{document.line(('config', key))}"
            what = "is missing" if key not in found else "is no setting" if key not in wanted else "says something else"
            yield f"{where}: config.{key} {what}; program/service/settings.py defines what stands here: run `make docs`"


def _entry(field: FieldInfo) -> Iterator[tuple[str, Any]]:
    is_list = tuple in (field.annotation, get_origin(field.annotation))
    whole = int in (field.annotation, *get_args(field.annotation))
    yield "type", "array" if is_list else "integer" if whole else "string"
    if is_list:
        yield "items", {"type": "string"}
    if field.default is not PydanticUndefined:
        yield "default", list(field.default) if is_list else field.default
    yield "description", about_of(field)


def _lines() -> Iterator[str]:
    for key, entry in declaration().items():
        yield f"  {key}:\n"
        for name, value in entry.items():
            yield f"    {name}: {_yaml(name, value)}\n"


def _yaml(name: str, value: object) -> str:
    if name == "type" or (name == "description" and not re.search(r": | #|^[^A-Za-z0-9]|:$", str(value))):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value)


def write(root: Path = ROOT) -> None:
    """Write the block anew."""
    path = root / PROJECT_FILE
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
