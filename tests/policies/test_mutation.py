"""Every setting of our own program that matters for safety is held by a mandatory rule."""

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from policies.limits import load_limits
from policies.rule import ResourceRule
from policies.view import Resource
from tests.policies.unguarded import UNGUARDED, UNGUARDED_OF_THE_FOUNDATION, UNGUARDED_OF_THE_NETWORK
from tests.policies.world import RULE_OF, World, foundation_world, network_world

COMPONENTS = ("tap:", "foundation:", "pulumi:")


def mandatory() -> list[Any]:
    limits = load_limits()
    return [rule for rule in RULE_OF.values() if rule.level(limits, "prod") == "mandatory"]


def mutants(value: Any) -> Iterator[Any]:
    """Yield wrong values in place of a right one."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value * 100 + 7
    elif isinstance(value, str):
        yield "something-else"
    elif isinstance(value, list):
        yield []
    else:
        yield {}


def kinds(world: World) -> list[Resource]:
    """Return one resource of each kind; alarms and functions by what they are for."""
    found: dict[tuple[object, ...], Resource] = {}
    for resource in world.resources.values():
        if not resource.type.startswith(COMPONENTS):
            key = (resource.type, resource.peek("packageType"), resource.peek("metricName"))
            found.setdefault(key, resource)
    return list(found.values())


def killers(world: World, rules: list[Any], name: str, prop: str, mutant: Any) -> set[str]:
    """Return the mandatory rules that speak when the property has another value, or (None) none at all."""
    if mutant is None:
        world.drop(name, prop)
    else:
        world.put(name, prop, copy.deepcopy(mutant))
    world.cut(name, prop)
    context = world.context()
    type_ = world.resources[name].type
    looking = [rule for rule in rules if rule.is_about(type_) or not isinstance(rule, ResourceRule)]
    return {rule.id for rule in looking if list(world.said_by(rule, context, name))}


@pytest.mark.parametrize(
    ("make", "unguarded"),
    [
        (World, UNGUARDED),
        (network_world, UNGUARDED_OF_THE_NETWORK),
        (foundation_world, UNGUARDED_OF_THE_FOUNDATION),
    ],
)
@pytest.mark.usefixtures("unmeasured")
def test_every_setting_that_matters_is_held_by_a_mandatory_rule(make, unguarded, capsys):
    rules = mandatory()
    kills: Counter[str] = Counter()
    survived: dict[str, set[str]] = {}
    total = 0
    for resource in kinds(make()):
        for prop, value in resource.inputs.items():
            for mutant in (None, *mutants(value)):
                total += 1
                found = killers(make(), rules, resource.name, prop, mutant)
                kills.update(found)
                if not found:
                    survived.setdefault(resource.type, set()).add(f"{prop} {'absent' if mutant is None else 'changed'}")
    alive = sum(len(props) for props in survived.values())
    with capsys.disabled():
        print(f"\n{total} changes, {alive} kinds of them deliberately unguarded; killed by")  # noqa: T201
        print("\n".join(f"  {count:4} {rule}" for rule, count in kills.most_common()))  # noqa: T201

    listed = {
        type_: {f"{prop} {how}" for prop, (hows, _) in props.items() for how in hows.split()}
        for type_, props in unguarded.items()
    }
    unheard = {type_: sorted(props - listed.get(type_, set())) for type_, props in survived.items()}
    stale = {type_: sorted(props - survived.get(type_, set())) for type_, props in listed.items()}
    assert {t: p for t, p in unheard.items() if p} == {}, "add a rule, or say in unguarded.py why none is needed"
    assert {t: p for t, p in stale.items() if p} == {}, "a rule holds it now: remove it from unguarded.py"
