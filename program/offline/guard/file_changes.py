"""What a change does to the files that decide how it is judged: workflows, owners, locks, judging code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from policies.strict_yaml import YamlError, parse
from program.offline.guard.change import Effect, GuardChange, first_difference
from program.offline.guard.tree import Tree

# What is no part of the guard: what is judged, and what people read. Everything else is, by whatever name.
_JUDGED = re.compile(
    r"lambda/.+|stacks/(?!foundation/).+\.yaml|tests/.+|.+\.md|LICENSE"
    r"|program/service/(?!(__init__|naming|project|setting|settings|validation)\.py).+\.py"
)
# Judged by a list of its own, entry by entry.
_BY_ENTRY = re.compile(
    r"policies/(environments|exemptions|drift-ignores|drift-noise)\.yaml|policies/known/.+\.yaml|policies/rules/.+\.py"
)
# What a file of the guard is called; what matches none is a file of the project.
_KINDS: Sequence[tuple[str, str]] = (
    (r"\.github/(workflows|actions)/.+", "workflow changed"),
    (r"(\.github/|docs/)?CODEOWNERS", "owners changed"),
    (r"\.github/review-stack\.yaml", "review stack changed"),
    (r"stacks/foundation/.+|program/foundation/.+", "rights in AWS changed"),
    (r"(GNUm|M|m)akefile|\.ci/.+|parity", "set-up changed"),
    (r"requirements[^/]*\.(txt|in)|pyproject\.toml|policies/requirements\.txt", "dependencies changed"),
    (r"Pulumi\.yaml|policies/PulumiPolicy\.yaml", "project changed"),
    (r"\.git(attributes|ignore|modules)", "what git tracks changed"),
    (r"(policies|program)/.+\.py", "judging code changed"),
    (r"policies/.+", "judging data changed"),
)
_ANY_OTHER = "file of the guard changed"
# The folders in which Python's code stands; elsewhere it is found before a package of the same name, or run at start.
_CODE = re.compile(r"(policies|program|lambda|tests)/")
_SHADOWING = re.compile(r"(^|/)(sitecustomize|usercustomize)\.py$|\.(pth|pyc|so|pyd)$")
_PIN = re.compile(r"^\s*(?:-\s*)?uses:\s*(?P<action>[^@\s#]+)@(?P<commit>\S+)")


def file_changes(base: Tree, head: Tree) -> Iterator[GuardChange]:
    """Yield each file of the guard that is new, gone or changed, and of workflows what its rights and pins are."""
    for name in sorted(head.links - base.links):
        yield _change("weakens", "link", name, 1, f"{name} leads elsewhere; nobody can tell what stands there")
    for name in sorted({*base.files, *head.files}):
        if base.digest(name) != head.digest(name):
            yield from _of_file(name, base, head)


def _of_file(name: str, base: Tree, head: Tree) -> Iterator[GuardChange]:
    is_gone = head.digest(name) is None
    if _runs_by_itself(name) and not is_gone:
        yield _change("weakens", "code that Python runs by itself", name, 1, f"{name} can change any other code")
    elif not _JUDGED.fullmatch(name) and not _BY_ENTRY.fullmatch(name):
        kind = next((kind for pattern, kind in _KINDS if re.fullmatch(pattern, name)), _ANY_OTHER)
        yield from _changed(kind, name, base, head)
    elif name.startswith("tests/") and is_gone:
        yield _change("changes", "test removed", name, None, f"{name} is gone")


def _runs_by_itself(name: str) -> bool:
    return _SHADOWING.search(name) is not None or (name.endswith(".py") and _CODE.match(name) is None)


def _changed(kind: str, name: str, base: Tree, head: Tree) -> Iterator[GuardChange]:
    before, after = base.text(name), head.text(name)
    if head.digest(name) is None:
        yield _change("weakens", kind, name, None, f"{name} is gone")
        return
    what = "is new" if base.digest(name) is None else "is changed"
    yield _change("changes", kind, name, first_difference(before, after) or 1, f"{name} {what}")
    if kind == "workflow changed":
        yield from _pins(name, before, after)
        yield from _rights(name, before, after)


def _pins(name: str, before: str, after: str) -> Iterator[GuardChange]:
    old = sorted({(match["action"], match["commit"]) for line in before.splitlines() if (match := _PIN.match(line))})
    known = dict(old)
    for number, line in enumerate(after.splitlines(), 1):
        match = _PIN.match(line)
        if match is None or (match["action"], match["commit"]) in old:
            continue
        action, commit = match["action"], match["commit"]
        was = f"; it was {known[action]}" if action in known else ", which is new here"
        yield _change("weakens", "action's pin changed", name, number, f"{action} is at {commit}{was}")


def _rights(name: str, before: str, after: str) -> Iterator[GuardChange]:
    old, new = _permissions(before), _permissions(after)
    for place, (right, line) in sorted(new.items()):
        had = old.get(place, ("none", None))[0]
        if _rank(right) > _rank(had):
            yield _change("weakens", "permission widened", name, line, f"{place} is {right}; it was {had}")


def _rank(right: str) -> int:
    return {"none": 0, "read": 1, "read-all": 1}.get(right, 2)


def _permissions(text: str) -> Mapping[str, tuple[str, int | None]]:
    """Return each permission by its place; of a file that can't be read, none."""
    try:
        document = parse(text)
    except YamlError:
        return {}
    data = document.data if isinstance(document.data, dict) else {}
    jobs = data.get("jobs")
    places: list[tuple[tuple[str, ...], object]] = [(("permissions",), data.get("permissions"))]
    for job, body in (jobs if isinstance(jobs, dict) else {}).items():
        if isinstance(body, dict):
            places.append((("jobs", job, "permissions"), body.get("permissions")))
    found: dict[str, tuple[str, int | None]] = {}
    for path, given in places:
        if isinstance(given, str):
            found[".".join(path)] = (given, document.line(path))
        for scope, right in (given if isinstance(given, dict) else {}).items():
            found[".".join((*path, scope))] = (str(right), document.line((*path, scope)))
    return found


def _change(effect: Effect, kind: str, file: str, line: int | None, text: str) -> GuardChange:
    return GuardChange(effect=effect, kind=kind, file=file, line=line, text=text)
