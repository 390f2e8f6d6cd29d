"""What a comparison of manifests found: each difference, with every side's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from program.manifest.canonical import JsonValue

_Of = TypeVar("_Of")


# A foundation is made of what stands on it: the roles, keys and regions of its own account's stacks.
_EACH_BY_ITSELF = frozenset({"foundation"})


def by_project(stacks: Mapping[str, _Of]) -> dict[str, dict[str, _Of]]:
    """Return what is kept by the stack's name, by project first: `network/dev` is one of the network's."""
    found: dict[str, dict[str, _Of]] = {}
    for name, value in stacks.items():
        found.setdefault(name.rpartition("/")[0], {})[name] = value
    return found


def to_be_alike(stacks: Mapping[str, _Of]) -> list[dict[str, _Of]]:
    """Return the groups of stacks that are compared: those of a project, but each foundation by itself."""
    found: dict[str, dict[str, _Of]] = {}
    for name, value in stacks.items():
        project = name.rpartition("/")[0]
        found.setdefault(name if project in _EACH_BY_ITSELF else project, {})[name] = value
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One property (`(resource)` for its presence) that is not the same in every stack."""

    resource: str
    property: str
    values: Mapping[str, JsonValue]
    declared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The stacks side by side: their hashes, and each difference with every stack's value."""

    baseline_hash: Mapping[str, str]
    resources_hash: Mapping[str, str]
    differences: tuple[Difference, ...]
    stale: tuple[str, ...]

    @property
    def match(self) -> bool:
        """Tell whether the stacks are the same but for declared differences, none of them stale."""
        hashes = (*to_be_alike(self.baseline_hash), *to_be_alike(self.resources_hash))
        one_hash = all(len(set(alike.values())) <= 1 and all(alike.values()) for alike in hashes)
        return one_hash and not self.stale and all(difference.declared for difference in self.differences)
