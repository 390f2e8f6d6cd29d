"""All that a change does to its guard, one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policies.strict_yaml import Document, YamlError, parse
from program.offline.guard.change import GuardChange
from program.offline.guard.entries import entry_changes
from program.offline.guard.file_changes import file_changes
from program.offline.guard.known_changes import KNOWN_FOLDER, known_changes
from program.offline.guard.limit_changes import LIMITS, limit_changes
from program.offline.guard.rule_changes import rule_changes
from program.offline.guard.tree import Tree
from program.project.definition import PROJECT_FILE, STACKS

EXEMPTIONS = "policies/exemptions.yaml"
IGNORES = "policies/drift-ignores.yaml"
NOISE = "policies/drift-noise.yaml"
# Files that are a list of entries: the key, what an entry is called, what says which one it is.
_LISTS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    EXEMPTIONS: ("exemptions", "exemption", ("rule", "project", "resource", "environment")),
    IGNORES: ("ignores", "drift ignore", ("environment", "type", "name", "property")),
    NOISE: ("noise", "drift noise", ("type", "property")),
}
_NOTHING = Document(None, {})


def guard_changes(base: Tree, head: Tree) -> tuple[GuardChange, ...]:
    """Return what the change does to the guard, what weakens it first."""
    found = [
        *_limits(base, head),
        *(change for file in _LISTS for change in _listed(file, base, head)),
        *_known(base, head),
        *_settings(base, head),
        *rule_changes(base, head),
        *file_changes(base, head),
        *_stacks(base, head),
    ]
    return tuple(sorted(set(found), key=lambda change: change.order))


def _limits(base: Tree, head: Tree) -> Iterator[GuardChange]:
    if base.digest(LIMITS) != head.digest(LIMITS):
        old, new = _document(base, LIMITS), _document(head, LIMITS)
        if old is not None and new is not None:
            yield from limit_changes(old, new)


def _listed(file: str, base: Tree, head: Tree) -> Iterator[GuardChange]:
    key, kind, identity = _LISTS[file]
    old, new = _document(base, file), _document(head, file)
    if base.digest(file) != head.digest(file) and old is not None and new is not None:
        yield from entry_changes(file, kind, identity, (old, (key,)), (new, (key,)))


def _known(base: Tree, head: Tree) -> Iterator[GuardChange]:
    for file in sorted({*base.names(KNOWN_FOLDER), *head.names(KNOWN_FOLDER)}):
        if base.digest(file) == head.digest(file) or not file.endswith(".yaml"):
            continue
        old, new = _document(base, file), _document(head, file)
        if old is None or new is None:
            continue
        yield from known_changes(file, old, new)


def _settings(base: Tree, head: Tree) -> Iterator[GuardChange]:
    """Yield the settings that the project declares anew, or no longer."""
    old, new = (_declared(tree) for tree in (base, head))
    document = _document(head, PROJECT_FILE) or _NOTHING
    for key in sorted({*old, *new}):
        if key not in old:
            line = document.line(("config", key))
            yield GuardChange(
                effect="changes", kind="setting added", file=PROJECT_FILE, line=line, text=f"setting {key} is new"
            )
        elif key not in new:
            text = f"setting {key} is gone"
            yield GuardChange(effect="changes", kind="setting removed", file=PROJECT_FILE, line=None, text=text)


def _declared(tree: Tree) -> Mapping[str, object]:
    document = _document(tree, PROJECT_FILE) or _NOTHING
    config = document.data.get("config") if isinstance(document.data, dict) else None
    return config if isinstance(config, dict) else {}


def _stacks(base: Tree, head: Tree) -> Iterator[GuardChange]:
    for file in base.names(f"{STACKS}/"):
        if head.digest(file) is None:
            text = f"{file} is gone: its stack is no longer checked, compared or deployed"
            yield GuardChange(effect="weakens", kind="stack removed", file=file, line=None, text=text)


def _document(tree: Tree, file: str) -> Document | None:
    """Return the file as data; None for one that can't be read, which the judgement says in its own words."""
    if tree.digest(file) is None:
        return _NOTHING
    try:
        return parse(tree.text(file))
    except YamlError:
        return None
