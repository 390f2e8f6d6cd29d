"""Compare what a resource is with what it shall be, property by property, as the AWS provider does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from tests.engine.sdk import properties_of
from tests.engine.traits import Traits, traits_of
from tests.engine.wire import DEFAULTS, has_unknown, is_asset

Kind = Literal["ADD", "DELETE", "UPDATE"]
Change = tuple[str, Kind]

_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ABSENT: tuple[Any, ...] = (None, False, 0, "", [], {})


def differences(
    type_: str,
    state: Mapping[str, Any],
    inputs: Mapping[str, Any],
    ignored: Sequence[str] = (),
) -> dict[str, Kind]:
    """Return what must change for the state to be what the inputs say, by Pulumi's path of the property.

    A property that the inputs don't have is left alone where AWS fills it in, and else must be empty.
    """
    plain = properties_of(type_).plain
    wanted = {key: value for key, value in inputs.items() if key != DEFAULTS}
    gone = {key for key in state.keys() - wanted.keys() if key in plain and state[key] not in _ABSENT}
    found: dict[str, Kind] = {}
    for key in sorted(wanted.keys() | gone):
        found.update(_changes(key, key, state.get(key), wanted.get(key), traits_of(type_)))
    return {path: kind for path, kind in found.items() if not _is_ignored(path, ignored)}


def replacing(type_: str, paths: Iterable[str]) -> list[str]:
    """Return the top-level properties among the paths whose change replaces the resource."""
    return sorted({first_key(path) for path in paths} & traits_of(type_).replaced_by)


def first_key(path: str) -> str:
    """Return the top-level property of a path."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def same_json(one: Any, other: Any) -> bool:
    """Tell whether both are JSON documents that say the same."""
    if not (isinstance(one, str) and isinstance(other, str) and one[:1] in ("{", "[") and other[:1] in ("{", "[")):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def _changes(path: str, place: str, old: Any, new: Any, traits: Traits) -> Iterator[Change]:
    """Yield the changes below a path; `place` is the path without indexes, as traits name it."""
    if old == new or same_json(old, new):
        return
    if new is None:
        yield path, "DELETE"
    elif old is None:
        yield path, "ADD"
    elif is_asset(old) or is_asset(new):
        # The path of a file is a matter of the machine; its hash is what was deployed.
        if not (is_asset(old) and is_asset(new) and old.get("hash") == new.get("hash")):
            yield path, "UPDATE"
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in sorted((old.keys() | new.keys()) - {DEFAULTS}):
            yield from _changes(_child(path, key), f"{place}.{key}", old.get(key), new.get(key), traits)
    elif isinstance(old, list) and isinstance(new, list) and not has_unknown(new):
        yield from _of_lists(path, place, old, new, traits)
    else:
        yield path, "UPDATE"


def _of_lists(path: str, place: str, old: list[Any], new: list[Any], traits: Traits) -> Iterator[Change]:
    if place in traits.sets:
        left = [_without_defaults(item) for item in old]
        right = [_without_defaults(item) for item in new]
        yield from ((f"{path}[{index}]", "DELETE") for index, item in enumerate(left) if item not in right)
        yield from ((f"{path}[{index}]", "ADD") for index, item in enumerate(right) if item not in left)
        return
    for index in range(max(len(old), len(new))):
        one, other = (items[index] if index < len(items) else None for items in (old, new))
        yield from _changes(f"{path}[{index}]", place, one, other, traits)


def _without_defaults(value: Any) -> Any:
    return {key: item for key, item in value.items() if key != DEFAULTS} if isinstance(value, dict) else value


def _child(path: str, key: str) -> str:
    return f"{path}.{key}" if _SIMPLE.fullmatch(key) else f"{path}[{json.dumps(key)}]"


def _is_ignored(path: str, ignored: Sequence[str]) -> bool:
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in ignored)
