"""Pair what would fail on the base with the change of a reviewed file that lets it pass."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from policies.catalogue import RULES
from policies.context import project_of
from policies.known.worlds import world_of
from policies.limits import Difference as Declared
from program.manifest.differences import Difference
from program.manifest.parity import CONFIGURATION, PRESENCE
from program.manifest.resources import covers
from program.offline.guard.change import GuardChange
from program.offline.result import CheckResult, Finding, StackResult
from program.offline.stacks import SETTINGS_RULE

# A failure of such a rule is explained by the change of the rule itself.
_OF_A_RULE = ("rule removed", "rule changed", "level lowered")
_OF_A_SETTING = ("setting added", "setting removed")
_OF_A_DIFFERENCE = (
    "declared difference added",
    "declared difference changed",
    "declared difference removed",
    "scaling path added",
    "scaling path changed",
    "scaling path removed",
)
_MOST_SHOWN = 20


def explained(
    strict: CheckResult, lenient: CheckResult, changes: Sequence[GuardChange], declared: Sequence[Declared]
) -> tuple[tuple[GuardChange, ...], CheckResult]:
    """Return the changes with what would fail on the base because of each, and the result without that.

    `strict` judges by the base's limits, `lenient` by the head's, whose declared differences are `declared`.
    """
    fails: dict[GuardChange, list[str]] = defaultdict(list)
    unexplained: dict[str, list[Finding]] = defaultdict(list)
    for stack, finding in _only_in(strict, lenient):
        causes = _by_data(changes, finding)
        for change in causes:
            fails[change].append(_failure(stack, finding))
        # What the head's data let pass and no listed change explains stays what the base says.
        unexplained[stack] += [] if causes else [finding]
    stacks: list[StackResult] = []
    for result in lenient.stacks:
        kept: list[Finding] = [*unexplained[result.stack]]
        for finding in result.findings:
            causes = _by_rule(changes, finding) if finding.blocks else []
            for change in causes:
                fails[change].append(_failure(result.stack, finding))
            kept += [] if causes else [finding]
        stacks.append(replace(result, findings=tuple(kept)))
    unlisted: list[Difference] = []
    for difference in _no_longer_undeclared(strict, lenient):
        covering = _covering(changes, difference, declared)
        for change in covering:
            fails[change].append(f"{difference.resource.rpartition('::')[2]} {difference.property} differs")
        unlisted += [] if covering else [difference]
    told = (replace(change, fails=tuple(sorted(set(fails[change]))[:_MOST_SHOWN])) for change in changes)
    known = {(each.resource, each.property) for each in unlisted}
    kept_apart = [each for each in lenient.comparison.differences if (each.resource, each.property) not in known]
    comparison = replace(lenient.comparison, differences=(*kept_apart, *unlisted))
    return tuple(told), replace(lenient, stacks=tuple(stacks), comparison=comparison)


def _only_in(strict: CheckResult, lenient: CheckResult) -> list[tuple[str, Finding]]:
    """Return what blocks by the base's limits and not by the head's, with its stack."""
    kept = {(stack.stack, each.rule, each.resource, each.message) for stack, each in _blocking(lenient)}
    return [
        (stack.stack, each)
        for stack, each in _blocking(strict)
        if (stack.stack, each.rule, each.resource, each.message) not in kept
    ]


def _blocking(result: CheckResult) -> list[tuple[StackResult, Finding]]:
    return [(stack, finding) for stack in result.stacks for finding in stack.findings if finding.blocks]


def _by_rule(changes: Iterable[GuardChange], finding: Finding) -> list[GuardChange]:
    """Return the changes of the rule's own code, or of the setting that this code asks for and the head has no more."""
    return [
        change
        for change in changes
        if (change.kind in _OF_A_RULE and finding.rule in change.rules)
        or (change.kind == "setting removed" and finding.rule == SETTINGS_RULE and _names(finding.message, change))
    ]


def _by_data(changes: Sequence[GuardChange], finding: Finding) -> list[GuardChange]:
    """Return the changes of data that can be why a finding is gone: by its rule, its limits, its type, else all."""
    data = [change for change in changes if change.file.endswith(".yaml") or change.kind in _OF_A_SETTING]
    limits = {limit for rule in RULES if rule.id == finding.rule for limit in rule.limits}
    if finding.rule == SETTINGS_RULE:
        limits = {limit for change in data for limit in change.limits if limit in _settings_in(finding.message)}
    choices = (
        [change for change in data if finding.rule in change.rules],
        [change for change in data if set(change.limits) & limits],
        [change for change in data if change.kind in _OF_A_SETTING and _names(finding.message, change)],
        [change for change in data if change.kind.startswith("known entry") and _about_known(finding, change)],
    )
    return next((choice for choice in choices if choice), [])


def _about_known(finding: Finding, change: GuardChange) -> bool:
    """Tell whether the change is of what is known of the finding's resource: by its type, its name, or its file."""
    if finding.resource is None:
        return change.effect != "narrows"
    types, _, name = finding.resource.rpartition("::")
    world = world_of(project_of(finding.resource))
    type_ = types.rpartition("::")[2].rpartition("$")[2]
    service = type_.partition(":")[2].partition("/")[0]
    about = (type_, name, f"known/{world}/{service}.yaml")
    return change.effect != "narrows" and any(text in f"{change.file} {change.text}" for text in about if text)


def _names(message: str, change: GuardChange) -> bool:
    """Tell whether the message is about the setting that was added or removed."""
    return change.text.split()[1] in re.findall(r"\w+", message)


def _settings_in(message: str) -> set[str]:
    """Return the settings that a message names (`orders:lambdaMemory`), as attributes of the limits."""
    return {
        re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name) for name in re.findall(r"\w+:(\w+)", message)
    }


def _no_longer_undeclared(strict: CheckResult, lenient: CheckResult) -> list[Difference]:
    left = {(each.resource, each.property) for each in lenient.comparison.differences if not each.declared}
    return [
        each
        for each in strict.comparison.differences
        if not each.declared and (each.resource, each.property) not in left
    ]


def _covering(
    changes: Sequence[GuardChange], difference: Difference, declared: Iterable[Declared]
) -> list[GuardChange]:
    """Return the declarations that cover the difference; where none can be told apart, all that changed."""
    candidates = [change for change in changes if change.kind in _OF_A_DIFFERENCE]
    path = None if difference.property == PRESENCE else difference.property
    names = {f"{each.type} {each.name} " for each in declared if covers(each, difference.resource, path)}
    if difference.resource == CONFIGURATION:
        names = {f"{difference.property};"}
    exact = [change for change in candidates if change.text.startswith(tuple(names))]
    return exact or candidates


def _failure(stack: str, finding: Finding) -> str:
    name = f"{finding.resource.rpartition('::')[2]} in " if finding.resource else ""
    return f"{finding.rule}: {name}{stack}: {finding.message}"
