"""What a change does to the limits: every value, bound and entry of environments.yaml, and in which direction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from policies.strict_yaml import Document, KeyPath
from program.offline.guard.change import Effect, GuardChange
from program.offline.guard.entries import entry_changes

LIMITS = "policies/environments.yaml"
_ABSENT = object()
_ENVIRONMENTS = "environments"
_LEVELS = ("off", "advisory", "mandatory")
# What an environment has where the file says nothing.
_DEFAULTS: Mapping[str, object] = {"exemptionDays": 90, "criticalExemptions": True, "undecidedFails": False}
# Of these, more is narrower: a tag that must be there, a day that a key waits.
_MORE_IS_NARROWER = re.compile(r"^common\.(requiredTags|kmsDeletionWindowDays\..+)$")
_UP_IS_WIDER = re.compile(r"\.(max|exemptionDays)$")
_DOWN_IS_WIDER = re.compile(r"\.min$|^common\.kmsDeletionWindowDays\.")
_TRUE_IS_WIDER = re.compile(r"\.criticalExemptions$")
_FALSE_IS_WIDER = re.compile(r"\.undecidedFails$")
# Lists of entries, each with a reason: one that is added lets something pass.
_ENTRIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "accepted": ("accepted finding", ("rule", "project", "resource")),
    "differences": ("declared difference", ("type", "name", "property", "presence")),
    "scaling": ("scaling path", ("path",)),
}


def limit_changes(base: Document, head: Document) -> Iterator[GuardChange]:
    """Yield every change of the limits, each at its line."""
    old, new = _mapping(base.data), _mapping(head.data)
    for key, (kind, identity) in _ENTRIES.items():
        yield from entry_changes(LIMITS, kind, identity, (base, (key,)), (head, (key,)))
    for key in sorted({*old, *new} - set(_ENTRIES)):
        yield from _compared(base, head, (key,))
    yield from _order(head, list(_mapping(old.get(_ENVIRONMENTS))), list(_mapping(new.get(_ENVIRONMENTS))))


def _order(head: Document, old: list[str], new: list[str]) -> Iterator[GuardChange]:
    """Yield that environments stand in another order: they are deployed in it, and the first without a reviewer."""
    if [name for name in old if name in new] != [name for name in new if name in old]:
        text = f"environments stand in the order {', '.join(new)}; it was {', '.join(old)}: they are deployed in it"
        yield _change(head, (_ENVIRONMENTS,), "weakens", text)


def _compared(base: Document, head: Document, path: KeyPath) -> Iterator[GuardChange]:
    old, new = _at(base.data, path), _at(head.data, path)
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) or isinstance(new, dict):
        for key in sorted({*_mapping(old), *_mapping(new)}):
            yield from _compared(base, head, (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _values(head, path, old, new)
    elif old is _ABSENT and str(path[-1]) not in _DEFAULTS and path[-2:-1] != ("levels",):
        yield from _new_limit(head, path, new)
    else:
        yield _scalar(head, path, old, new)


def _values(head: Document, path: KeyPath, old: list[Any], new: list[Any]) -> Iterator[GuardChange]:
    name = _name(path)
    more, fewer = ("narrows", "weakens") if _MORE_IS_NARROWER.match(name) else ("weakens", "narrows")
    for value in new:
        if value not in old:
            index = new.index(value)
            yield _change(head, (*path, index), more, f"{name} has {_shown(value)} too; it had {_listed(old)}")
    for value in old:
        if value not in new:
            yield _change(head, path, fewer, f"{name} no longer has {_shown(value)}")


def _new_limit(head: Document, path: KeyPath, new: object) -> Iterator[GuardChange]:
    """Yield what a limit says that the base doesn't have: of a list of entries, each lets something pass."""
    if isinstance(new, list) and any(isinstance(item, dict) for item in new):
        yield from _values(head, path, [], new)
        return
    change = _change(head, path, "weakens", f"{_name(path)} is new: {_shown(new)}")
    yield replace(change, effect="changes", kind="limit added")


def _scalar(head: Document, path: KeyPath, old: object, new: object) -> GuardChange:
    name = _name(path)
    if len(path) > 1 and path[-2] == "levels":
        return _level(head, path, old, new)
    default = _DEFAULTS.get(str(path[-1]), _ABSENT)
    before, after = (default if value is _ABSENT else value for value in (old, new))
    text = f"{name} is {_shown(after)}; it was {_shown(before)}"
    return _change(head, path, _direction(name, before, after), text)


def _direction(name: str, before: object, after: object) -> Effect:
    numbers = all(isinstance(value, int | float) for value in (before, after))
    for pattern, wider in _WIDER:
        if pattern.search(name) and numbers:
            return "weakens" if wider(before, after) else "narrows"
    # A region, an account, an engine's family: another one is no narrower.
    return "narrows" if after is _ABSENT and isinstance(before, bool) else "weakens"


_WIDER: tuple[tuple[re.Pattern[str], Callable[[Any, Any], bool]], ...] = (
    (_UP_IS_WIDER, lambda before, after: after > before),
    (_DOWN_IS_WIDER, lambda before, after: after < before),
    (_TRUE_IS_WIDER, lambda _before, after: after is True),
    (_FALSE_IS_WIDER, lambda _before, after: after is False),
)


def _level(head: Document, path: KeyPath, old: object, new: object) -> GuardChange:
    # A rule that the file doesn't name has its own level, which is mandatory for most.
    before, after = (str(value) if value is not _ABSENT else "mandatory" for value in (old, new))
    lowered = _rank(after) < _rank(before)
    rule, environment = str(path[-1]), str(path[-3])
    text = f"rule {rule} is {after} in {environment}; it was {before}"
    change = _change(head, path, "weakens" if lowered else "narrows", text)
    return replace(change, kind="level lowered" if lowered else "level raised", rules=(rule,), limits=())


def _rank(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else len(_LEVELS)


def _change(head: Document, path: KeyPath, effect: str, text: str) -> GuardChange:
    wide: Effect = "weakens" if effect == "weakens" else "narrows"
    limit = next((str(key) for key in reversed(path) if isinstance(key, str) and key not in ("min", "max")), "")
    return GuardChange(
        effect=wide,
        kind="limit widened" if wide == "weakens" else "limit narrowed",
        file=LIMITS,
        line=head.line(path),
        text=text,
        limits=(re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", limit),),
    )


def _at(data: object, path: KeyPath) -> object:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return _ABSENT
        data = data[key]
    return data


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _name(path: KeyPath) -> str:
    return ".".join(str(key) for key in path if isinstance(key, str))


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(str(item) for item in value.values())
    return "absent" if value is _ABSENT else str(value).lower() if isinstance(value, bool) else str(value)


def _listed(values: list[Any]) -> str:
    return ", ".join(map(_shown, values)) or "nothing"
