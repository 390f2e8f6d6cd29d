"""Pulumi.yaml's block of configuration, which follows from the settings: `make docs` writes it."""

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
from program.project.definition import ROOT
from program.project.setting import about_of
from program.project.settings import ProjectSettings

_BLOCK = re.compile(r"(?<=^config:\n)(?:[ \t]+.*\n?|\n)*", re.MULTILINE)
# As YAML takes a word for text without quotes.
_PLAIN = re.compile(r"(?!(true|false|null|yes|no|on|off)$)[a-z][a-z0-9_]*")


Kind = type[ProjectSettings]


def declaration(kind: Kind) -> Mapping[str, Mapping[str, Any]]:
    """Return what the project's Pulumi.yaml must declare, by the keys of a stack file."""
    return {
        str(field.alias): dict(_entry(field))
        for name, field in kind.model_fields.items()
        if name not in kind.provider_keys
    }


def stray(kind: Kind, root: Path = ROOT) -> str | None:
    """Return in one line the first thing in which Pulumi.yaml isn't what the settings say; None where it is."""
    file = kind.project.file
    try:
        document = read(root / file)
    except YamlError as problem:
        raise CouldNotRunError(f"{file}: {problem.message}") from None
    return next(_strays(kind, document), None)


def written(kind: Kind, text: str) -> str:
    """Return Pulumi.yaml's text with the block as the settings have it; what belongs to a provider stays."""
    found = _BLOCK.search(text)
    if found is None:
        raise CouldNotRunError(f"{kind.project.file}: it has no line config:; add it, and what stands below is written")
    others = re.findall(r"^  [\w.-]+:[\w.-]+:.*\n(?:    .*\n)*", found[0], re.MULTILINE)
    return text[: found.start()] + "".join([*_lines(kind), *others]) + text[found.end() :]


def write(kind: Kind, root: Path = ROOT) -> None:
    """Write the block anew."""
    path = root / kind.project.file
    path.write_text(written(kind, path.read_text(encoding="utf-8")), encoding="utf-8")


def _strays(kind: Kind, document: Document) -> Iterator[str]:
    data = document.data if isinstance(document.data, dict) else {}
    config = data.get("config")
    found = {key: entry for key, entry in config.items() if ":" not in key} if isinstance(config, dict) else {}
    wanted = declaration(kind)
    for key in [*wanted, *(key for key in found if key not in wanted)]:
        if found.get(key) != wanted.get(key):
            where = f"{kind.project.file}:{document.line(('config', key))}"
            what = "is missing" if key not in found else "is no setting" if key not in wanted else "says something else"
            yield f"{where}: config.{key} {what}; {_source(kind)} defines what stands here: run `make docs`"


def _source(kind: Kind) -> str:
    return f"{kind.__module__.replace('.', '/')}.py"


def _entry(field: FieldInfo) -> Iterator[tuple[str, Any]]:
    is_list = tuple in (field.annotation, get_origin(field.annotation))
    whole = int in (field.annotation, *get_args(field.annotation))
    yield "type", "array" if is_list else "integer" if whole else "string"
    if is_list:
        yield "items", {"type": "string"}
    if field.default is not PydanticUndefined:
        yield "default", list(field.default) if is_list else field.default
    yield "description", about_of(field)


def _lines(kind: Kind) -> Iterator[str]:
    for key, entry in declaration(kind).items():
        yield f"  {key}:\n"
        for name, value in entry.items():
            yield f"    {name}: {_yaml(name, value)}\n"


def _yaml(name: str, value: object) -> str:
    if name == "type" or (name == "description" and not re.search(r": | #|^[^A-Za-z0-9]|:$", str(value))):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value)
