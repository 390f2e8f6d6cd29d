"""Where values stand in a resource's properties: paths without indexes, as the known world writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every path with what stands there; the items of a list have its path, an empty block is a leaf."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, str(key)))
    elif isinstance(value, list) and value:
        for item in value:
            yield from leaves(item, path)
    elif value is not None:
        yield path, value


def is_empty(value: Any) -> bool:
    """Tell whether the value is a block or list without anything in it."""
    return isinstance(value, Mapping | list) and not value


def at(value: Any, path: str) -> Any:
    """Return what stands at a path with indexes (`masterUserSecrets[0].secretArn`), None where nothing does."""
    for key, index in _STEP.findall(path):
        if key:
            value = value.get(key) if isinstance(value, Mapping) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    return value
