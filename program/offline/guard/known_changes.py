"""What a change does to the known world: entry by entry, and lists as sets, by what their members are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.strict_yaml import Document, KeyPath
from program.offline.guard.change import Effect, GuardChange

KNOWN_FOLDER = "policies/known/"
_ABSENT = object()
# Beyond this many entries that are not the same any more, each is told whole: finding pairs takes their product.
_MOST_PAIRS = 100_000

# Where an item stands in its list, and the item.
_Item = tuple[int, object]


@dataclass(frozen=True, slots=True)
class _Move:
    """One value that is new, gone or another: its name, its place in the head's file, and what it was and is."""

    name: str
    path: KeyPath
    before: str | None
    after: str | None


def known_changes(file: str, base: Document, head: Document) -> Iterator[GuardChange]:
    """Yield every value of the file that is new, gone or another; the order of a list says nothing."""
    before, after = (_ABSENT if document.data is None else document.data for document in (base, head))
    for move in _moves(before, after, (), ""):
        line = head.line(move.path)
        if move.after is not None:
            was = f"; it was {move.before}" if move.before is not None else ""
            text = f"{move.name}: {move.after}{was}"
            yield GuardChange(effect="weakens", kind="known entry", file=file, line=line, text=text)
        else:
            yield GuardChange(
                effect=_of_what_is_gone(move.path, head.data),
                kind="known entry removed",
                file=file,
                line=line,
                text=f"{move.name} is gone; it was {move.before}",
            )


def _of_what_is_gone(path: KeyPath, head: object) -> Effect:
    """Return what it does: a type that is gone is known no more, anything less can have held the rest narrow."""
    types = head.get("types") if isinstance(head, dict) else None
    if path[:1] != ("types",) or (isinstance(types, dict) and path[1:2] and path[1] in types):
        return "changes"
    # What had to be there need not be there any more.
    return "weakens" if path[-1] == "required" and "properties" not in path else "narrows"


def _moves(old: object, new: object, path: KeyPath, name: str) -> Iterator[_Move]:
    if _canonical(old) == _canonical(new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        for key in sorted({*old, *new}, key=str):
            yield from _moves(old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key), _child(name, key))
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _of_lists(old, new, path, f"{name}[]")
    elif (isinstance(old, dict) and old) or (isinstance(new, dict) and new):
        yield from (_Move(leaf, place, None, text) for leaf, place, text in _leaves(new, path, name))
        yield from (_Move(leaf, place, text, None) for leaf, place, text in _leaves(old, path, name))
    else:
        yield _Move(name, path, _shown(old), _shown(new))


def _of_lists(old: Sequence[object], new: Sequence[object], path: KeyPath, name: str) -> Iterator[_Move]:
    """Yield what only one of the lists has; of an entry that has changed, what has changed in it."""
    gone, added = _only_in(old, new), _only_in(new, old)
    for before, after in _pairs(gone, added):
        gone.remove(before)
        added.remove(after)
        yield from _moves(before[1], after[1], (*path, after[0]), name)
    yield from (_Move(name, (*path, index), None, _shown(item)) for index, item in added)
    yield from (_Move(name, path, _shown(item), None) for _, item in gone)


def _only_in(items: Sequence[object], others: Sequence[object]) -> list[_Item]:
    left = Counter(map(_canonical, others))
    found: list[_Item] = []
    for index, item in enumerate(items):
        key = _canonical(item)
        if left[key]:
            left[key] -= 1
        else:
            found.append((index, item))
    return found


def _pairs(gone: Sequence[_Item], added: Sequence[_Item]) -> list[tuple[_Item, _Item]]:
    """Return the entries that are the same one, changed: each goes with the one that it has most in common with."""
    if len(gone) * len(added) > _MOST_PAIRS:
        return []
    olds = [(each, _values(each[1])) for each in gone]
    news = [(each, _values(each[1])) for each in added]
    alike = [
        (-len(before & after), old, new)
        for old, (_, before) in enumerate(olds)
        for new, (_, after) in enumerate(news)
        if before & after
    ]
    found: dict[int, int] = {}
    for _, old, new in sorted(alike):
        if old not in found and new not in found.values():
            found[old] = new
    return [(gone[old], added[new]) for old, new in sorted(found.items())]


def _values(entry: object, name: str = "") -> frozenset[tuple[str, str]]:
    """Return what an entry says, each value with its name; a plain value is no entry, and has nothing in common."""
    if isinstance(entry, dict):
        return frozenset().union(*(_values(value, _child(name, key)) for key, value in entry.items()))
    if isinstance(entry, list):
        return frozenset().union(*(_values(value, name) for value in entry))
    return frozenset({(name, _canonical(entry))}) if name else frozenset()


def _leaves(value: object, path: KeyPath, name: str) -> Iterator[tuple[str, KeyPath, str]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key), _child(name, key))
    elif value is not _ABSENT:
        yield name, path, _shown(value) or ""


def _child(name: str, key: object) -> str:
    return f"{name}.{key}" if name else str(key)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _shown(value: object) -> str | None:
    """Return the value as a line shows it; None for what isn't there."""
    if value is _ABSENT:
        return None
    if isinstance(value, list) and value:
        return ", ".join(str(_shown(item)) for item in value)
    if isinstance(value, dict) and value:
        return f"{{{'; '.join(f'{key}: {_shown(item)}' for key, item in value.items())}}}"
    return str(value)
