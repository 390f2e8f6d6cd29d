"""An example for each rule, of the first case that fails it: `python -m tests.policies.rule_examples` writes them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from policies.catalogue import RULES
from policies.examples import EXAMPLES_FILE
from policies.view import Resource
from tests.policies.cases import CASES
from tests.policies.foundation_cases import FOUNDATION_CASES
from tests.policies.hostile import CHANGES
from tests.policies.network_cases import NETWORK_CASES
from tests.policies.world import Change, World, foundation_world, network_world

_WRITTEN = (
    "# Written by `python -m tests.policies.rule_examples` from the rules' own cases: change those, not this.\n\n"
)
# A page is read; what is longer is cut there.
_MOST_LINES = 24
_LONGEST_LINE = 110


def cases_of(rule: str) -> Iterator[tuple[Callable[[], World], Change]]:
    """Yield the changes that fail the rule, with whose program they are of: first its own cases, then the corpus."""
    yield from ((World, change) for case, change, _ in CASES if case == rule)
    yield from ((network_world, change) for case, change, _ in NETWORK_CASES if case == rule)
    yield from ((foundation_world, change) for case, change, _ in FOUNDATION_CASES if case == rule)
    yield from ((World, hostile.change) for hostile in CHANGES)


def example_of(rule: str) -> dict[str, str] | None:
    """Return the first example that can be shown: a world that the rule passes, and one that it fails."""
    for make, change in cases_of(rule):
        fine, other = make(), make()
        always = set(_faults(fine, rule))
        change(other)
        new = [line for line in _faults(other, rule) if line not in always]
        if not always and new:
            good, bad, said = fine, other, new[0]
        elif always and not _faults(other, rule):
            # Our own program is what the rule dislikes, and was accepted.
            good, bad, said = other, fine, min(always)
        else:
            continue
        failing, passing = _shown(good, bad)
        if failing and passing:
            return {"failing": failing, "passing": passing, "says": said}
    return None


def text() -> str:
    """Return what the file has to hold."""
    found = {rule.id: example for rule in RULES if (example := example_of(rule.id)) is not None}
    written = yaml.dump(
        {"examples": found}, Dumper=_Dumper, sort_keys=True, width=1000, allow_unicode=True, default_style=None
    )
    return _WRITTEN + written


def _faults(world: World, rule: str) -> list[str]:
    return [line for line in world.judge(rule) if not any(word in line for word in (": error: ", ": undecided: "))]


def _shown(before: World, after: World) -> tuple[str, str]:
    failing: list[str] = []
    passing: list[str] = []
    for name in sorted(before.resources.keys() | after.resources.keys()):
        old, new = before.resources.get(name), after.resources.get(name)
        if old is None and new is not None:
            failing.append(_block(new.type, name, _without_documents(new.props)))
            passing.append(f"# without {name}\n")
        elif new is None and old is not None:
            failing.append(f"# {name} ({old.type}) is missing\n")
            passing.append(_block(old.type, name, {}))
        elif old is not None and new is not None and _told(old) != _told(new):
            was, now = _apart(_told(old), _told(new))
            failing.append(_block(new.type, name, now, gone=sorted(was.keys() - now.keys())))
            passing.append(_block(old.type, name, was))
    options = after.recorded or {}
    failing += [_block("options", urn.rpartition("::")[2], asked) for urn, asked in options.items()]
    failing += [
        _block("", "policies/exemptions.yaml", exemption.model_dump(mode="json")) for exemption in after.exemptions
    ]
    passing += ["# policies/exemptions.yaml without the entry\n"] if after.exemptions else []
    changed = {key: value for key, value in after.config.items() if before.config.get(key) != value}
    if changed:
        failing.append(_block("", "a stack file", changed))
        passing.append(_block("", "a stack file", {key: before.config.get(key) for key in changed}))
    return "".join(failing), "".join(passing)


def _without_documents(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a whole resource; what a long document says is not the point of it."""
    long = {key for key, value in props.items() if isinstance(value, str) and len(value) > _LONGEST_LINE}
    return {key: "{...}" if key in long else value for key, value in props.items()}


def _told(resource: Resource) -> dict[str, Any]:
    """Return what a rule may read of the resource beside its dependencies."""
    options = {"protect": resource.protect, "ignoreChanges": list(resource.ignore_changes)}
    provider = {f"provider {key}": value for key, value in resource.provider.items()}
    own = {f"from {key}": sorted(urn.rpartition("::")[2] for urn in urns) for key, urns in _links(resource)}
    return {**resource.props, **{f"option {key}": value for key, value in options.items() if value}, **provider, **own}


def _links(resource: Resource) -> list[tuple[str, Any]]:
    return sorted(resource.property_dependencies.items())


def _apart(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what only the one, and only the other holds: of documents and lists, the items that are apart."""
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) == new.get(key):
            continue
        left, right = _opened(old.get(key)), _opened(new.get(key))
        if isinstance(left, dict) and isinstance(right, dict):
            inner_was, inner_now = _apart(left, right)
            was |= {key: inner_was} if inner_was else {}
            now |= {key: inner_now}
        elif isinstance(left, list) and isinstance(right, list):
            was |= {key: ([item for item in left if item not in right] or left)[:1]}
            now |= {key: [item for item in right if item not in left]}
        else:
            was |= {key: left} if key in old else {}
            now |= {key: right} if key in new else {}
    return was, now


def _opened(value: Any) -> Any:
    """Return a policy document as what it says."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _block(type_: str, name: str, props: Mapping[str, Any], gone: list[str] | None = None) -> str:
    heading = f"# {name} ({type_})" if type_ else f"# {name}"
    body = yaml.safe_dump(_plain(dict(props)), sort_keys=True, width=_LONGEST_LINE) if props else ""
    lines = [heading, *body.splitlines(), *(f"# {key} is not set" for key in gone or ())]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "# ..."]
    return "".join(f"{line}\n" for line in lines)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else f"({type(value).__name__})"


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, to be read."""


def _text_of(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else '"')


_Dumper.add_representer(str, _text_of)


if __name__ == "__main__":
    EXAMPLES_FILE.write_text(text(), encoding="utf-8")
