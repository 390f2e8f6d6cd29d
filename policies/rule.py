"""A rule: one function that judges, and the paperwork that says what, why and how to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from policies.context import Context
from policies.limits import Level, Limits
from policies.view import Resource, StackView, Undecided

Severity = Literal["low", "medium", "high", "critical"]
ResourceJudge = Callable[[Resource, Context], Iterator[str]]
# What is wrong, with its resource (None: the whole stack), or what can't be decided yet.
Said = Iterator[tuple[Resource | None, str] | Undecided]
StackJudge = Callable[[StackView, Context], Said]
ANY_TYPE = "*"
_STRICTEST_FIRST: tuple[Level, ...] = ("mandatory", "advisory", "off")


def said_of_each(resources: Iterable[Resource], judge: Callable[[Resource], Iterator[str]]) -> Said:
    """Judge each resource on its own: what can't be decided of one leaves the others judged."""
    for resource in resources:
        try:
            yield from ((resource, said) for said in judge(resource))
        except Undecided as reading:
            yield reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is said of a rule. A judge yields what is wrong, one line each: the value found, and what is allowed."""

    id: str
    title: str
    why: str
    fix: str
    types: tuple[str, ...]
    severity: Severity = "medium"
    default_level: Level = "mandatory"
    # Attributes of the environment's limits, else of the common ones, that the rule judges by.
    limits: tuple[str, ...] = ()
    # Whether the rule asks what a recorded program registered beyond what the engine tells.
    asks_recording: bool = False

    def is_about(self, type_: str) -> bool:
        """Tell whether the rule judges resources of the type; `*` stands for every one."""
        return type_ in self.types or ANY_TYPE in self.types

    def level(self, limits: Limits, environment: str | None) -> Level:
        """Return the rule's level in the environment; the strictest of all where it isn't known."""
        if environment is not None:
            return limits.environments[environment].levels.get(self.id, self.default_level)
        levels = {block.levels.get(self.id, self.default_level) for block in limits.environments.values()}
        return next(level for level in _STRICTEST_FIRST if level in levels)


def how_to_accept(rule: Rule) -> str:
    """Return which reviewed file lets a finding of the rule stand."""
    if rule.severity == "critical":
        return "not for good; until a date, in `policies/exemptions.yaml`, where the environment allows that."
    return "for good, under `accepted` in `policies/environments.yaml`; until a date, in `policies/exemptions.yaml`."


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRule(Rule):
    """A rule that judges the resources of its types one by one, before each is made."""

    judge: ResourceJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRule(Rule):
    """A rule that judges all resources together; its types say what it is about."""

    judge: StackJudge
