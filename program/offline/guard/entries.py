"""What a change does to a list of reviewed entries: which are new, gone, or say something else than before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from policies.strict_yaml import Document, KeyPath
from program.offline.guard.change import Effect, GuardChange

# One list, and where it stands.
Listed = tuple[Document, KeyPath]
_END = "expires"


def entry_changes(file: str, kind: str, identity: Sequence[str], base: Listed, head: Listed) -> Iterator[GuardChange]:
    """Yield each entry that is new, gone or changed; `identity` are the keys that say what an entry is about."""
    old, new = _entries(base), _entries(head)
    known = {_about(entry, identity): entry for entry, _ in old}
    kept = {_about(entry, identity) for entry, _ in new}
    for entry, line in new:
        about = _about(entry, identity)
        before = known.get(about)
        if before is None:
            yield _change("weakens", f"{kind} added", file, line, _text(about, entry), entry)
        elif _canonical(before) != _canonical(entry):
            effect, what = _moved(before, entry)
            yield _change(effect, f"{kind} {what}", file, line, _text(about, entry, before), entry)
    for entry, _ in old:
        if _about(entry, identity) not in kept:
            text = _text(_about(entry, identity), entry)
            yield _change("narrows", f"{kind} removed", file, head[0].line(head[1]), text, entry)


def _entries(listed: Listed) -> list[tuple[Mapping[str, object], int | None]]:
    document, path = listed
    data: object = document.data
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    items = data if isinstance(data, list) else []
    return [(item, document.line((*path, index))) for index, item in enumerate(items) if isinstance(item, dict)]


def _canonical(entry: Mapping[str, object]) -> bytes:
    return json.dumps(entry, sort_keys=True, default=str).encode()


def _about(entry: Mapping[str, object], identity: Sequence[str]) -> str:
    return " ".join(str(entry[key]) for key in identity if key in entry)


def _moved(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Effect, str]:
    """Tell an entry that ends later from one that ends sooner, and both from one that says something else."""
    others = {key for key in {*before, *after} if key != _END and before.get(key) != after.get(key)}
    if others:
        return "weakens", "changed"
    return ("weakens", "extended") if str(after.get(_END)) > str(before.get(_END)) else ("narrows", "shortened")


def _text(about: str, entry: Mapping[str, object], before: Mapping[str, object] | None = None) -> str:
    parts = [about]
    if _END in entry:
        was = f", until now {before[_END]}" if before is not None and before.get(_END) != entry[_END] else ""
        parts.append(f"until {entry[_END]}{was}")
    if "owner" in entry:
        parts.append(f"owner {entry['owner']}")
    if "reason" in entry:
        parts.append(str(entry["reason"]))
    return "; ".join(parts)


def _change(
    effect: Effect, kind: str, file: str, line: int | None, text: str, entry: Mapping[str, object]
) -> GuardChange:
    rule = entry.get("rule")
    rules = (rule,) if isinstance(rule, str) else ()
    return GuardChange(effect=effect, kind=kind, file=file, line=line, text=text, rules=rules)
