"""What a comparison of manifests found: each difference, with every side's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from program.manifest.canonical import JsonValue


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
        both = (self.baseline_hash, self.resources_hash)
        one_hash = all(len(set(hashes.values())) <= 1 and all(hashes.values()) for hashes in both)
        return one_hash and not self.stale and all(difference.declared for difference in self.differences)
