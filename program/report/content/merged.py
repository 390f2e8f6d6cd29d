"""Put what several stacks share together: a reader reads it, and mends it, once."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace

from program.engine.records import Change
from program.manifest.canonical import JsonValue
from program.manifest.differences import Difference
from program.offline.result import CheckResult, StackResult
from program.report.content.grouping import Group, grouped
from program.report.content.model import Report

_WORST_FIRST = ("delete", "replace", "update", "create")


def merged_check(report: Report) -> CheckResult:
    """Return the check with the findings of all records in it, and a stack for each that only a record knows."""
    stacks = (
        StackResult(
            stack=stack.stack,
            environment=stack.environment,
            region=None,
            manifest=None,
            resources=(),
            findings=stack.findings,
        )
        if stack.checked is None
        else replace(stack.checked, findings=stack.findings)
        for stack in report.stacks
    )
    return replace(report.check, stacks=tuple(stacks))


def merged_groups(report: Report) -> tuple[Group, ...]:
    """Return the findings of the check and of all records, each once, the worst first."""
    return grouped(merged_check(report).stacks)


def change_sets(report: Report) -> list[tuple[tuple[str, ...], tuple[Change, ...]]]:
    """Return what changes, and in which stacks it changes just so; what loses data first, then what most share."""
    having: dict[str, list[str]] = defaultdict(list)
    known: dict[str, Change] = {}
    for stack in report.stacks:
        for change in stack.changes or ():
            key = _key(change_key(change))
            having[key].append(stack.stack)
            known[key] = change
    sets: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    for key, stacks in having.items():
        sets[tuple(stacks)].append(known[key])
    found = [(stacks, tuple(sorted(changes, key=_order))) for stacks, changes in sets.items()]
    return sorted(found, key=lambda each: (not each[1][0].loses_data, -len(each[0])))


def difference_sets(report: Report) -> list[tuple[tuple[str, ...], tuple[Difference, ...]]]:
    """Return where declared, planned and deployed are apart, and in which stacks they are so."""
    found: dict[str, list[str]] = defaultdict(list)
    sets: dict[str, tuple[Difference, ...]] = {}
    for stack in report.stacks:
        if stack.differences:
            key = _key([[each.resource, each.property, dict(each.values)] for each in stack.differences])
            found[key].append(stack.stack)
            sets[key] = stack.differences
    return [(tuple(found[key]), differences) for key, differences in sets.items()]


def change_key(change: Change) -> JsonValue:
    """Return what makes a change the same in two stacks: all but the URN, which names the stack."""
    return change.model_dump(mode="json", exclude={"urn"})


def _key(values: JsonValue) -> str:
    # Not canonical JSON: that has no word for every number that a record may hold.
    return json.dumps(values, sort_keys=True)


def _order(change: Change) -> tuple[bool, bool, int, str, str]:
    return (not change.loses_data, not change.stateful, _WORST_FIRST.index(change.operation), change.type, change.name)
