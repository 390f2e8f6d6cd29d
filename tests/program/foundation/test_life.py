"""Every call of every role's life is allowed: create, refresh, update, destroy, in every mode of every stack."""

import pytest

from policies.known.calls import PHASES
from program.foundation.rights.roles import role_kinds
from program.project.definition import NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.program.foundation.inventory_source import MODES
from tests.program.foundation.world import review, world

WORLDS = [
    *(
        pytest.param(world, (stack, "main", mode), id=f"{stack}-{mode}")
        for stack in stack_names(ROOT, SERVICE)
        for mode in (0, 1, 2)
    ),
    *(
        pytest.param(world, (stack, "main", mode), id=f"{stack}-{mode}")
        for stack in stack_names(ROOT, NETWORK)
        for mode in (0, 1, 2)
    ),
    pytest.param(world, ("dev", "team2-main", 0), id="another-copy"),
    pytest.param(world, ("dev", "main", 0, "orders"), id="with-a-prefix"),
    pytest.param(review, (), id="review"),
]
MEND = "mend the type's calls (policies/known), or the key's policy (program/service/key_policy.py)"


@pytest.mark.parametrize(("make", "arguments"), WORLDS)
def test_every_call_of_a_roles_life_is_allowed(make, arguments):
    place = make(*arguments)

    for kind in place.roles:
        phases = role_kinds().roles[kind].phases
        principal = place.principal(kind)
        denied = [
            f"{phase} {item.name}: {request.action} on {request.resource} {dict(request.context)}"
            for phase, item, request in (place.requests(*phases) if phases else ())
            if not place.allows(principal, request)
        ]
        assert denied == [], f"{kind} may not do what it has to; {MEND}"


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_a_role_that_looks_for_drift_changes_nothing(stack):
    place = world(stack)
    principal = place.principal("drift")
    reads = {(request.action, request.resource) for _, _, request in place.requests("read")}

    allowed = {
        (request.action, request.resource)
        for _, _, request in place.requests("create", "update", "delete", "recover")
        if place.allows(principal, request)
    }
    # What is asked when something is made is asked at a refresh too, or lists what nobody can name.
    assert {action for action, _ in allowed - reads} <= {"kms:Decrypt"}


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_a_preview_calls_nothing_of_the_stacks_resources(stack):
    place = world(stack)
    principal = place.principal("preview")

    asked = place.requests(*(phase for phase in PHASES if phase != "plan"))
    assert [request for _, _, request in asked if place.allows(principal, request)] == []


def test_the_switch_of_data_protection_needs_nothing_that_either_mode_lacks():
    before, after = world("prod", "main", 0), world("prod", "main", 2)

    assert before.roles == after.roles, "one set of rights is for both modes: a switch needs no other role"
    assert len(MODES) == 3
