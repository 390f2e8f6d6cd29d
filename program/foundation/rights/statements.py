"""Statements of identity policies: merged where they say the same, and packed into documents that AWS takes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# AWS's limits: the characters of a managed policy without white space, and the managed policies of a role.
LONGEST_POLICY = 6144
MOST_POLICIES = 10
Conditions = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Actions that are allowed on resources; conditions as operator, key, values."""

    actions: tuple[str, ...]
    on: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)

    def as_json(self, sid: str) -> dict[str, object]:
        """Return the statement as a policy document has it."""
        statement: dict[str, object] = {
            "Sid": sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.on),
        }
        if not self.conditions:
            return statement
        return statement | {"Condition": {operator: dict(keys) for operator, keys in self.conditions.items()}}


def merged(found: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the same rights in few statements: one for each set of resources and conditions, then of actions."""
    by_place: defaultdict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for statement in found:
        for resource in statement.on:
            by_place[(resource,), _text(statement.conditions)].update(statement.actions)
    by_actions: defaultdict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for (resources, conditions), actions in by_place.items():
        by_actions[tuple(sorted(actions)), conditions].update(resources)
    return tuple(
        Statement(actions=actions, on=tuple(sorted(resources)), conditions=_conditions(conditions))
        for (actions, conditions), resources in sorted(by_actions.items())
    )


def documents(found: Iterable[Statement]) -> tuple[str, ...]:
    """Return the statements as policy documents, each no longer than AWS takes; the same every time."""
    packs: list[list[dict[str, object]]] = [[]]
    for number, statement in enumerate(found, start=1):
        item = statement.as_json(f"{_service(statement)}No{number}")
        if len(_document([*packs[-1], item])) > LONGEST_POLICY:
            packs.append([])
        packs[-1].append(item)
    return tuple(_document(pack) for pack in packs if pack)


def _document(statements: list[dict[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"), sort_keys=True)


def _service(statement: Statement) -> str:
    services = sorted({action.partition(":")[0] for action in statement.actions})
    return "".join(service.title().replace("-", "") for service in services)


def _text(conditions: Conditions) -> str:
    return json.dumps({key: dict(value) for key, value in conditions.items()}, sort_keys=True)


def _conditions(text: str) -> Conditions:
    return {operator: dict(_keys(keys)) for operator, keys in json.loads(text).items()}


def _keys(keys: Mapping[str, list[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((key, tuple(values)) for key, values in keys.items())
