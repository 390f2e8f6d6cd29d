"""What a change does to the rules: their code is read as text, and never run."""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from program.offline.guard.change import Effect, GuardChange, first_difference
from program.offline.guard.tree import Tree

RULES_FOLDER = "policies/rules/"
_CLASSES = ("ResourceRule", "StackRule")
# The name of what a file of rules offers.
_LIST = "RULES"
_LEVEL = "default_level"
_LEVELS = ("off", "advisory", "mandatory")
# What Rule has where a rule doesn't say it.
_DEFAULT_LEVEL = "mandatory"
# Words for people: another text is no other judgement.
_PROSE = frozenset({"title", "why", "fix"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule as its file has it: its line, its level, and all the code that decides, as text without places."""

    file: str
    line: int
    level: str
    code: str


def rule_changes(base: Tree, head: Tree) -> Iterator[GuardChange]:
    """Yield each rule that is gone, new, lowered, or judges by other code than before; then their files' other code."""
    # All that a rule's code leads to stands in its file.
    files = [file for file in sorted({*_files(base), *_files(head)}) if base.digest(file) != head.digest(file)]
    old, new = _rules(base, files), _rules(head, files)
    if new.keys() - old.keys():
        # One that is new here may stand in a file that is as it was: two of one id are no new rule.
        old = {id_: rule for id_, rule in _rules(base, set(_files(base)) - set(files)).items() if id_ in new} | old
    found = [change for id_ in sorted({*old, *new}) for change in _of_rule(head, id_, old.get(id_), new.get(id_))]
    yield from found
    kinds: dict[str, set[str]] = defaultdict(set)
    for change in found:
        kinds[change.file].add(change.kind)
    for file in files:
        before, after = base.content(file), head.content(file)
        if _loose_code(before) != _loose_code(after) or _other_code(before, after, kinds[file]):
            text = f"{file} has other code, of no rule in particular"
            line = first_difference(base.text(file), head.text(file)) if after is not None else None
            yield GuardChange(effect="changes", kind="judging code changed", file=file, line=line, text=text)


def _other_code(before: bytes | None, after: bytes | None, kinds: Collection[str]) -> bool:
    """Tell whether code has changed that no change of a rule tells of; beside a new rule, whatever was there before."""
    if not kinds:
        return _whole_code(before) != _whole_code(after)
    if set(kinds) != {"rule added"}:
        return False
    old, new = _definitions(before), _definitions(after)
    return any(new.get(name) != code for name, code in old.items() if name != _LIST)


def _definitions(text: bytes | None) -> dict[str, str]:
    return {name: ast.dump(_wordless(node)) for node in _parsed(text).body for name in _defined(node)}


def _of_rule(head: Tree, id_: str, before: _Rule | None, after: _Rule | None) -> Iterator[GuardChange]:
    if before is None:
        assert after is not None
        yield _change("narrows", "rule added", after.file, after.line, f"rule {id_} is new", id_)
    elif after is None:
        line = None if head.digest(before.file) is None else 1
        yield _change("weakens", "rule removed", before.file, line, f"rule {id_} is gone", id_)
    else:
        yield from _both(id_, before, after)


def _both(id_: str, before: _Rule, after: _Rule) -> Iterator[GuardChange]:
    if before.level != after.level:
        lowered = _rank(after.level) < _rank(before.level)
        text = f"rule {id_} is {after.level} by itself; it was {before.level}"
        kind = "level lowered" if lowered else "level raised"
        yield _change("weakens" if lowered else "narrows", kind, after.file, after.line, text, id_)
    if before.code != after.code:
        yield _change("changes", "rule changed", after.file, after.line, f"rule {id_} judges by other code", id_)


def _rules(tree: Tree, files: Iterable[str]) -> dict[str, _Rule]:
    return {id_: rule for file in files for id_, rule in _rules_of(file, tree.content(file)).items()}


def _files(tree: Tree) -> list[str]:
    return [file for file in tree.names(RULES_FOLDER) if file.endswith(".py")]


def _rules_of(file: str, text: bytes | None) -> dict[str, _Rule]:
    module = _parsed(text)
    definitions = {name: node for node in module.body for name in _defined(node)}
    # A rule that the file's RULES doesn't name judges nothing.
    listed = _names([definitions[_LIST]]) if _LIST in definitions else set()
    found: dict[str, _Rule] = {}
    for name, node in definitions.items():
        call = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if name in listed and isinstance(call, ast.Call) and _is_rule(call):
            arguments = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
            if id_ := _constant(arguments.get("id"), definitions):
                level = _constant(arguments.get(_LEVEL), definitions) or _DEFAULT_LEVEL
                found[id_] = _Rule(file=file, line=node.lineno, level=level, code=_code(arguments, definitions))
    return found


def _parsed(text: bytes | None) -> ast.Module:
    """Return the file's syntax as Python reads it, by the encoding that it names.

    What is no Python has none, so that each of its rules is gone.
    """
    try:
        return ast.parse(text or b"")
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module(body=[], type_ignores=[])


def _defined(node: ast.stmt) -> list[str]:
    """Return the names that a statement of the file gives to something."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _is_rule(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in _CLASSES


def _constant(node: ast.expr | None, definitions: Mapping[str, ast.stmt]) -> str | None:
    """Return the text that stands there, or the one that the file gives to the name that stands there."""
    if isinstance(node, ast.Name):
        defined = definitions.get(node.id)
        node = defined.value if isinstance(defined, ast.Assign | ast.AnnAssign) else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _code(arguments: Mapping[str, ast.expr], definitions: Mapping[str, ast.stmt]) -> str:
    """Return the rule's arguments, and everything of the file that they lead to, as text."""
    told_apart = {key for key, value in arguments.items() if _is_text(value) and key in (*_PROSE, _LEVEL)}
    judging = {key: value for key, value in sorted(arguments.items()) if key not in told_apart}
    reached: dict[str, str] = {}
    names = _names(judging.values())
    while names:
        name = names.pop()
        if name in definitions and name not in reached:
            reached[name] = ast.dump(_wordless(definitions[name]))
            names |= _names([definitions[name]])
    parts = [f"{key}={ast.dump(value)}" for key, value in judging.items()]
    return "\n".join([*parts, *(reached[name] for name in sorted(reached))])


def _whole_code(text: bytes | None) -> str | None:
    """Return the file's code as text without words; None for no file, the bytes' own text for what is no Python."""
    if text is None:
        return None
    module = _parsed(text)
    return ast.dump(_wordless(module)) if module.body else repr(text)


def _loose_code(text: bytes | None) -> list[str]:
    """Return the statements of the file that are no single definition, and the second ones of a name."""
    loose: list[str] = []
    seen: set[str] = set()
    for node in _parsed(text).body:
        names = _defined(node)
        if not names or seen & set(names) or len(names) != len(set(names)):
            loose.append(ast.dump(_wordless(node)))
        seen |= set(names)
    # A docstring is no statement that does anything.
    return [code for code in loose if not code.startswith("Expr(value=Constant(")]


def _wordless(node: ast.AST) -> ast.AST:
    """Return a copy of the syntax without what only people read: docstrings, and a rule's title, why and fix."""
    copied = copy.deepcopy(node)
    for part in ast.walk(copied):
        if isinstance(part, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(part) is not None:
            part.body = part.body[1:]
        if isinstance(part, ast.Call) and _is_rule(part):
            part.keywords = [keyword for keyword in part.keywords if not _is_prose(keyword)]
    return copied


def _is_prose(keyword: ast.keyword) -> bool:
    """Tell whether the argument is words alone: what is made by code can do anything."""
    return keyword.arg in _PROSE and _is_text(keyword.value)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


def _rank(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else len(_LEVELS)


def _change(effect: Effect, kind: str, file: str, line: int | None, text: str, rule: str) -> GuardChange:
    return GuardChange(effect=effect, kind=kind, file=file, line=line, text=text, rules=(rule,))
