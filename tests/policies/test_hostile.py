"""The corpus: what careless and hostile changes of our own program deserve, and get."""

from collections import Counter
from collections.abc import Callable

import pytest

from policies.limits import Limits, load_limits
from tests.policies.foundation_hostile import FOUNDATION_CHANGES
from tests.policies.hostile import CHANGES, FINE, MUST, Hostile
from tests.policies.network_hostile import NETWORK_CHANGES
from tests.policies.world import RULE_OF, World, foundation_world, network_world

LIMITS = load_limits()


# Whose program each change is of.
CORPUS = [
    *((World, item) for item in CHANGES),
    *((network_world, item) for item in NETWORK_CHANGES),
    *((foundation_world, item) for item in FOUNDATION_CHANGES),
]


def found(make: Callable[[str, Limits], World], hostile: Hostile) -> dict[str, list[str]]:
    """Return what the rules say of the change, by level, beside what they say of our own program."""
    world = make("prod", LIMITS)
    hostile.change(world)
    context = world.context()
    said: dict[str, list[str]] = {"mandatory": [], "advisory": [], "error": []}
    for rule in RULE_OF.values():
        for line in world.said_by(rule, context):
            if ": exempt: " in line:
                continue
            kind = "error" if "error: " in line or "undecided: " in line else rule.level(LIMITS, "prod")
            said[kind].append(f"{rule.id}: {line}")
    return said


@pytest.mark.parametrize(("make", "hostile"), CORPUS, ids=[item.name for _, item in CORPUS])
def test_a_change_gets_what_it_deserves(make: Callable[[str, Limits], World], hostile: Hostile):
    said = found(make, hostile)

    assert said["error"] == []
    if hostile.deserved == FINE:
        assert said == {"mandatory": [], "advisory": [], "error": []}, "a good change must stay silent"
    elif hostile.deserved == MUST:
        assert said["mandatory"] != [], "no mandatory rule stops it: add what is good to policies/known"
    else:
        assert said["mandatory"] or said["advisory"], "nothing is said of it"


def test_the_corpus_is_as_large_and_as_wide_as_it_must_be():
    kinds = Counter(item.kind for item in CHANGES if item.deserved != FINE)

    for changes in (CHANGES, NETWORK_CHANGES, FOUNDATION_CHANGES):
        assert len({item.name for item in changes}) == len(changes), "each change has a name of its own"
    assert len(CHANGES) >= 200
    assert set(kinds) == set(range(1, 15)), "one kind of change is no longer tried"
