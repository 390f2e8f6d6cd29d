"""How a provider turns what the program asks for into inputs, and what AWS answers into outputs and inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tests.engine.sdk import properties_of
from tests.engine.traits import traits_of
from tests.engine.wire import DEFAULTS, SIGNATURE

Properties = dict[str, Any]


def checked(type_: str, inputs: Properties) -> tuple[Properties, list[str]]:
    """Return the inputs as the engine keeps them, and the names that the type doesn't know.

    Every object gets the list of what the provider filled in, `__defaults`; `tagsAll` are the tags, and there even
    where no tags are.
    """
    known = properties_of(type_).inputs
    completed = _with_defaults(inputs, traits_of(type_).defaults, "")
    if "tags" in known:
        completed["tagsAll"] = inputs.get("tags", {})
    return completed, sorted(inputs.keys() - known)


def _with_defaults(value: Any, defaults: Mapping[str, Any], place: str) -> Any:
    if isinstance(value, list):
        return [_with_defaults(item, defaults, place) for item in value]
    if not isinstance(value, dict) or SIGNATURE in value:
        return value
    here = {key: default for key, default in _directly_in(place, defaults).items() if key not in value}
    nested = {key: _with_defaults(item, defaults, f"{place}{key}.") for key, item in value.items()}
    return {**nested, **here, DEFAULTS: sorted(here)}


def _directly_in(place: str, defaults: Mapping[str, Any]) -> Properties:
    inside = {path.removeprefix(place): value for path, value in defaults.items() if path.startswith(place)}
    return {key: value for key, value in inside.items() if "." not in key}


def as_aws_answers(type_: str, properties: Properties, *, documents: bool = True) -> Properties:
    """Return the properties as AWS answers them: sets in an order of its own, JSON documents written otherwise."""
    return {key: _answered(value, key, traits_of(type_).sets, documents=documents) for key, value in properties.items()}


def _answered(value: Any, place: str, sets: frozenset[str], *, documents: bool) -> Any:
    if isinstance(value, dict):
        return {key: _answered(item, f"{place}.{key}", sets, documents=documents) for key, item in value.items()}
    if isinstance(value, list):
        items = [_answered(item, place, sets, documents=documents) for item in value]
        return sorted(items, key=_hash) if place in sets else items
    return rewritten(value) if documents and isinstance(value, str) else value


def rewritten(text: str) -> str:
    """Return a JSON document with the same content, keys in the opposite order and other spaces; else the text."""
    if not text.startswith(("{", "[")):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return json.dumps(_reversed(value), indent=1)


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in sorted(value, reverse=True)}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def inputs_of(old: Properties, outputs: Properties) -> Properties:
    """Return the inputs that are there already with the values that the outputs have now.

    What a default was and isn't any more leaves the list of defaults.
    """
    new, _ = _extracted(old, outputs)
    return dict(new)


def _extracted(old: Any, new: Any) -> tuple[Any, bool]:
    """Return the input, and whether it can still be what the provider filled in."""
    if isinstance(old, dict) and isinstance(new, dict):
        return _from_object(old, new)
    if isinstance(old, list) and isinstance(new, list):
        pairs = [_extracted(one, other) for one, other in zip(old, new, strict=False)]
        return [value for value, _ in pairs], len(old) <= len(new) and all(same for _, same in pairs)
    return new, old == new


def _from_object(old: Properties, new: Properties) -> tuple[Properties, bool]:
    pairs = {key: _extracted(old[key], new[key]) for key in old if key in new and key != DEFAULTS}
    values = {key: value for key, (value, _) in pairs.items()}
    kept = {key for key, (_, same) in pairs.items() if same}
    whole = kept == old.keys() - {DEFAULTS}
    if DEFAULTS not in old:
        return values, True
    return {**values, DEFAULTS: sorted(kept & set(old[DEFAULTS]))}, whole
