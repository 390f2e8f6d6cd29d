"""Derive what a role may do from what the service registers and what AWS is asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policies.known.calls import Call, Phase, TypeCalls
from program.errors import CouldNotRunError
from program.foundation.rights.inventory import Inventory, Item
from program.foundation.rights.places import Copy, filled
from program.foundation.rights.statements import Conditions, Statement, merged

Calls = Mapping[str, TypeCalls]
# In a policy: what AWS ends a secret's ARN with, and an id that AWS chooses.
_CHOSEN_BY_AWS = {"<random>": "??????", "<id>": "*"}
_ANYWHERE = ("*",)
# Before a condition key that the request must not have.
_NULL = "Null:"


def rights(calls: Calls, inventory: Inventory, copy: Copy, *phases: Phase) -> tuple[Statement, ...]:
    """Return what whoever does the phases may do with the copy's resources, and with nothing else."""
    return merged(_statements(calls, inventory, copy, phases))


def key_actions(calls: Calls, inventory: Inventory) -> frozenset[str]:
    """Return the actions that only the key's own policy allows; a boundary must let them through."""
    return frozenset(
        action
        for item in inventory.resources
        for _, call in _calls_of(item.type, calls).calls()
        if call.by == "key"
        for action in call.actions
    )


def boundary(inventory: Inventory, copy: Copy) -> tuple[Statement, ...]:
    """Return the most that any role of the copy may ever do, whatever its own policies say."""
    return merged(
        Statement(
            actions=tuple(granted.actions),
            on=tuple(filled(arn, copy.words) for arn in granted.on),
            conditions=_conditions({**granted.conditions, **_where(granted.on, copy)}, copy.words),
        )
        for granted in inventory.granted
    )


def is_made_for(call: Call, item: Item) -> bool:
    """Tell whether the call is made for the resource: it has the inputs that the call asks for."""
    return all(item.inputs.get(name, False) == value for name, value in call.when.items())


def _calls_of(type_: str, calls: Calls) -> TypeCalls:
    if type_ not in calls:
        raise CouldNotRunError(
            f"{type_} is in the inventory, and policies/known says no calls of it; add them to its known entry, or, "
            f"where no stack registers it any more, write the inventory anew (`python -m "
            f"tests.program.foundation.inventory_source`)"
        )
    return calls[type_]


def _statements(calls: Calls, inventory: Inventory, copy: Copy, phases: tuple[Phase, ...]) -> Iterator[Statement]:
    for item in inventory.resources:
        of_type = _calls_of(item.type, calls)
        words = {**copy.words, **_words_of(item, of_type, copy)}
        for _, call in of_type.calls(*phases):
            if call.by == "role" and is_made_for(call, item):
                yield _statement(call, of_type, words, copy)


def _words_of(item: Item, of_type: TypeCalls, copy: Copy) -> Mapping[str, str]:
    inputs = {name: filled(value, copy.words) for name, value in item.inputs.items() if isinstance(value, str)}
    return {"name": inputs.get(of_type.named, "")} | {f"inputs.{name}": value for name, value in inputs.items()}


def _statement(call: Call, of_type: TypeCalls, words: Mapping[str, str], copy: Copy) -> Statement:
    bound = _tags(call, copy) | call.conditions
    on = list(_ANYWHERE) if call.everywhere is not None else call.on or [of_type.arn]
    return Statement(
        actions=tuple(call.actions),
        on=tuple(_pattern(arn, words) for arn in on),
        conditions=_conditions({**_where(on, copy), **bound}, words),
    )


def _tags(call: Call, copy: Copy) -> dict[str, list[str]]:
    if call.tags is None:
        return {}
    if call.tags == "none":
        return {f"{_NULL}aws:ResourceTag/{tag}": ["true"] for tag in copy.tags}
    return {f"aws:{call.tags.title()}Tag/{tag}": [value] for tag, value in copy.tags.items()}


def _where(on: Sequence[str], copy: Copy) -> dict[str, list[str]]:
    """Return what binds what no resource binds: the region."""
    return {"aws:RequestedRegion": [copy.region]} if tuple(on) == _ANYWHERE else {}


def _conditions(bound: Mapping[str, Sequence[str]], words: Mapping[str, str]) -> Conditions:
    """Return the conditions by operator: a value is compared as a pattern where it is one.

    A key that a request has several values of has its quantifier before it (`ForAllValues:aws:TagKeys`);
    one that it must not have has `Null:`.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for key, templates in bound.items():
        if key.startswith(_NULL):
            found.setdefault("Null", {})[key.removeprefix(_NULL)] = tuple(templates)
            continue
        quantifier, values, name = key.rpartition("Values:")
        texts = tuple(_pattern(template, words) for template in templates)
        like = any("*" in text or "?" in text for text in texts)
        operator = quantifier + values + ("StringLike" if like else "StringEquals")
        found.setdefault(operator, {})[name] = texts
    return found


def _pattern(template: str, words: Mapping[str, str]) -> str:
    for mark, pattern in _CHOSEN_BY_AWS.items():
        template = template.replace(mark, pattern)
    return filled(template, words)
