"""Turn one reviewed YAML file into a typed model, or into every reason it can't be, each with its line."""

from __future__ import annotations

import difflib
import re
import textwrap
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from policies.strict_yaml import KeyPath, YamlError, read

# Where the limits of settings without a field of their own stand.
_SETTINGS = "settings"


class StrictModel(BaseModel):
    """Data of a reviewed file: frozen, keys in camelCase, none unknown, nothing converted silently."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True)


class ReviewedFileError(Exception):
    """A reviewed file that can't be used; `problems` holds one line per problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


# What pydantic says first, and a reader sees by the value.
_KIND = re.compile(
    r"Value error, |(Input|String|List|Dictionary|Tuple|Set|Number|Decimal|Date)( input)? (?=should)"
    r"| after validation, not \d+"
)
Model = TypeVar("Model", bound=StrictModel)
# How much of two names must be the same for one to be a slip of the other.
_ALIKE = 0.65
# Each is compared with all keys that are known.
_MOST_PROBLEMS = 50


def parse_file(model: type[Model], path: Path, name: str | None = None) -> Model:
    """Read the file as the model; raise ReviewedFileError with every problem as `file:line: what, allowed`.

    The file is told by the name, else by its own and its folder's.
    """
    name = name or f"{path.parent.name}/{path.name}"
    try:
        document = read(path)
    except YamlError as problem:
        raise ReviewedFileError([_located(name, problem.line, problem.message)]) from None
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems = [_located(name, document.line(_path(d)), describe(d, model)) for d in details[:_MOST_PROBLEMS]]
        more = [f"{name}: and {len(details) - _MOST_PROBLEMS} more problems"] if len(details) > _MOST_PROBLEMS else []
        raise ReviewedFileError([*sorted(problems), *more]) from None


def describe(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Say one validation error in words: the key, what was found, what is allowed."""
    path = ".".join(str(part) for part in detail["loc"]) or "the file"
    if detail["type"] == "extra_forbidden":
        return f"unknown key {path!r}{_instead(str(detail['loc'][-1]), _known_keys(model, detail['loc']))}"
    if detail["type"] == "missing":
        return f"{path} is missing"
    if detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return f"{path} is {_short(detail['input'])}; it must be a mapping of keys to values"
    message = _KIND.sub("", detail["msg"])
    return f"{path} is {_short(detail['input'])}; it {message}"


def _instead(found: str, known: list[str]) -> str:
    hint = suggest(found, known)
    if _SETTINGS in known and hint.startswith("; known"):
        return f"; the limit of a setting that has no key here stands in {_SETTINGS}: {{{found}: ...}}"
    return hint


def suggest(found: str, known: list[str]) -> str:
    """Return `; did you mean 'x'?` when a known name is near the one found, else the known names."""
    # Of two keys of one project the namespace is alike, and says nothing.
    namespace = found[: found.find(":") + 1]
    bare = {name.removeprefix(namespace): name for name in known}
    near = difflib.get_close_matches(found.removeprefix(namespace), bare, n=1, cutoff=_ALIKE)
    if near:
        return f"; did you mean {bare[near[0]]!r}?"
    return f"; known: {', '.join(sorted(known))}" if known else ""


def _known_keys(model: type[BaseModel], location: KeyPath) -> list[str]:
    """Return the keys of the model at the location, by walking the JSON schema beside the path."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in location[:-1]:
        node = _resolved(schema, node)
        if isinstance(part, int):
            node = node.get("items", {})
        else:
            node = node.get("properties", {}).get(part) or node.get("additionalProperties") or _pattern_node(node)
    return list(_resolved(schema, node).get("properties", {}))


def _pattern_node(node: dict[str, Any]) -> dict[str, Any]:
    patterns: dict[str, dict[str, Any]] = node.get("patternProperties", {})
    return next(iter(patterns.values()), {})


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    reference: str | None = node.get("$ref")
    return schema["$defs"][reference.rsplit("/", 1)[-1]] if reference else node


def _path(detail: ErrorDetails) -> KeyPath:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _short(value: object) -> str:
    return textwrap.shorten(repr(value), 60, placeholder=" ...")


def _located(name: str, line: int | None, message: str) -> str:
    return f"{name}:{line}: {message}" if line else f"{name}: {message}"
