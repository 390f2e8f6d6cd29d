"""What a check found: the one object that every output format is made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from program.manifest.canonical import JsonObject
from program.manifest.differences import Comparison
from program.offline.guard.result import Guarded

# What no policy can judge.
PROGRAM_RULE = "program"

FindingLevel = Literal["mandatory", "advisory"]
FindingOutcome = Literal["failed", "undecided", "exempt", "error"]


# `accepted: <reason>.: <fault>`, or `<reason> (<owner>, until <day>): <fault>`.
_EXCUSE = re.compile(r"(?P<excuse>.+?[.)]): (?P<fault>.+)")


def excuse_and_fault(message: str) -> tuple[str, str]:
    """Return why an accepted finding stands, and what it is: its message says both, in this order."""
    match = _EXCUSE.fullmatch(message)
    return (match["excuse"], match["fault"]) if match else ("", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's word on one resource (a URN), or on the whole stack where resource is None.

    `source` is `file:line` relative to the project's root, where known.
    """

    rule: str
    level: FindingLevel
    outcome: FindingOutcome
    resource: str | None
    message: str
    source: str | None

    @property
    def blocks(self) -> bool:
        """Tell whether the check fails because of this finding."""
        return self.level == "mandatory" and self.outcome in ("failed", "error", "undecided")

    @property
    def order(self) -> tuple[bool, str, str, str, str]:
        """Return by what findings are sorted: those that block first."""
        return (not self.blocks, self.rule, self.resource or "", self.outcome, self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedResource:
    """One registration of a resource, with the inputs that policies see."""

    urn: str
    type: str
    name: str
    parent: str | None
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    inputs: JsonObject
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResult:
    """One stack: its manifest (None when its settings are unusable), its resources and the findings.

    `settings` is where its file sets what: `file:line` by the path in the manifest's configuration.
    """

    stack: str
    environment: str | None
    region: str | None
    manifest: JsonObject | None
    resources: tuple[CheckedResource, ...]
    findings: tuple[Finding, ...]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Tell whether nothing in this stack blocks."""
        return not any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The whole check, and whether it passed; `guarded` where a change was judged by its base."""

    stacks: tuple[StackResult, ...]
    comparison: Comparison
    guarded: Guarded | None = None

    @property
    def ok(self) -> bool:
        """Tell whether every stack is clean, the stacks match, and no reviewed file of a change is broken."""
        broken = self.guarded is not None and bool(self.guarded.problems)
        return not broken and self.comparison.match and all(stack.ok for stack in self.stacks)
