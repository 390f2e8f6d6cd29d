"""Compare values side by side, lists by what their members are: to AWS they are sets, and have no positions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from program.manifest.canonical import JsonValue

# Where there is no value, which is not the same as null.
ABSENT = object()
# What names an object in a list: a parameter, a statement of a policy.
_NAMES = ("name", "Sid")

Sides = Mapping[str, object]


def unequal(sides: Sides, path: str = "") -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """Yield each path at which not all sides have the same value, with every side's; an absent one is None.

    A member of a list goes by its name (`parameters[log_statement].value`), or is a member that some sides have and
    others have not (`subnetIds[]`), told whole.
    """
    if len(set(map(repr, sides.values()))) == 1:
        return  # to the letter, as most are
    present = [value for value in sides.values() if value is not ABSENT]
    if any(isinstance(value, dict) and value for value in present) and _all_are(dict, present):
        yield from _of_objects(sides, path)
    elif any(isinstance(value, list) and value for value in present) and _all_are(list, present):
        yield from _of_lists(sides, path)
    elif differ(list(sides.values())):
        yield path, {side: _shown(value) for side, value in sides.items()}


def member_leaves(value: JsonValue, path: str = "", place: str = "") -> Iterator[tuple[str, str, JsonValue]]:
    """Yield every leaf with its path as `unequal` tells it, and with a place that no other leaf has."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from member_leaves(item, child(path, key), child(place, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            label = "0" if _is_alone(value) else _name(item)
            yield from member_leaves(item, f"{path}[{label}]", f"{place}[{index}]")
    else:
        yield path, place, value


def child(path: str, key: str) -> str:
    """Return the path of a key below a path."""
    return f"{path}.{key}" if path else key


def differ(values: Sequence[object]) -> bool:
    """Tell whether not all are the same value of JSON."""
    # 1 and True are equal in Python and not in JSON.
    return any((type(value), value) != (type(values[0]), values[0]) for value in values)


def _all_are(kind: type, values: Sequence[object]) -> bool:
    return all(isinstance(value, kind) for value in values)


def _of_objects(sides: Sides, path: str) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    objects = {side: value if isinstance(value, dict) else {} for side, value in sides.items()}
    for key in sorted({key for value in objects.values() for key in value}):
        yield from unequal({side: value.get(key, ABSENT) for side, value in objects.items()}, child(path, key))


def _of_lists(sides: Sides, path: str) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    lists = {side: value if isinstance(value, list) else [] for side, value in sides.items()}
    if all(_is_alone(value) for value in lists.values()):
        # One object on each side, which nothing names: what became of it, and not another in its place.
        yield from unequal({side: value[0] for side, value in lists.items()}, f"{path}[0]")
        return
    members = {side: _members(value) for side, value in lists.items()}
    for key in sorted({key for found in members.values() for key in found}):
        name, content, _ = key
        found: Sides = {side: items.get(key, ABSENT) for side, items in members.items()}
        if ABSENT in found.values():
            yield f"{path}[{name}]", {side: _shown(value) for side, value in found.items()}
        elif not content:
            yield from unequal(found, f"{path}[{name}]")


def _members(items: Sequence[JsonValue]) -> dict[tuple[str, str, int], JsonValue]:
    """Return the items by name, or else by content, and by how many alike came before."""
    found: dict[tuple[str, str, int], JsonValue] = {}
    alike: Counter[tuple[str, str]] = Counter()
    for item in items:
        name = _name(item)
        content = "" if name else json.dumps(item, sort_keys=True)
        found[name, content, alike[name, content]] = item
        alike[name, content] += 1
    return found


def _name(item: JsonValue) -> str:
    """Return what names the object in its list; empty where nothing does."""
    named = [item[key] for key in _NAMES if key in item] if isinstance(item, dict) else []
    return next((name for name in named if isinstance(name, str)), "")


def _is_alone(items: Sequence[JsonValue]) -> bool:
    return len(items) == 1 and isinstance(items[0], dict) and not _name(items[0])


def _shown(value: object) -> JsonValue:
    return None if value is ABSENT else value  # type: ignore[return-value]  # a value of JSON
