"""Every rule passes our own program, and says in whole words what is wrong with a change of it."""

from collections.abc import Callable

import botocore.session
import pytest

from policies.catalogue import RULES
from policies.known.tables import Known
from policies.limits import load_limits
from policies.rules import code
from policies.tokens import CLUSTER
from program.project.definition import NETWORK, SERVICE, Project
from tests.policies.cases import CASES
from tests.policies.foundation_cases import FOUNDATION_CASES
from tests.policies.hostile import CHANGES
from tests.policies.network_cases import NETWORK_CASES
from tests.policies.world import RULE_OF, Change, World, foundation_world, network_world

ENVIRONMENTS = tuple(load_limits().environments)


# Whose program each case is of.
OF_ALL = [
    *((World, *case) for case in CASES),
    *((network_world, *case) for case in NETWORK_CASES),
    *((foundation_world, *case) for case in FOUNDATION_CASES),
]


@pytest.mark.parametrize(("make", "rule", "change", "said"), OF_ALL, ids=[f"{n}-{c[1]}" for n, c in enumerate(OF_ALL)])
def test_the_rule_says_what_is_wrong_and_no_more(make: Callable[[], World], rule: str, change: Change, said: list[str]):
    world = make()
    change(world)

    assert world.judge(rule) == said


def stopped_by_the_corpus() -> set[str]:
    """Return the rules of the known world that speak on a change of the corpus, with the first that each does."""
    waiting = {rule for rule in RULE_OF if rule not in {case[1] for case in OF_ALL}}
    found: set[str] = set()
    for hostile in CHANGES:
        world = World()
        hostile.change(world)
        found |= {rule for rule in waiting - found if world.judge(rule)}
    return found


def test_every_rule_has_a_change_that_fails_it():
    failing = {rule for _, rule, _, said in OF_ALL if any(": error: " not in line for line in said)}
    failing |= stopped_by_the_corpus()

    missing = [rule.id for rule in RULES if rule.id not in failing]
    assert missing == [], "add a case to tests/policies/cases.py, or a change to tests/policies/hostile.py"


@pytest.mark.parametrize("make", [World, network_world, foundation_world])
def test_every_type_of_resource_that_our_program_makes_is_judged(make: Callable[[], World]):
    made = {resource.type for resource in make().resources.values()}
    # Components hold resources, and are none; what a networking stack exports is judged where it is used.
    kept = {type_ for type_ in made if not type_.startswith(("tap:", "foundation:", "pulumi:"))}

    by_rule = {type_ for rule in RULES for type_ in rule.types}
    assert kept - by_rule - by_data(make().context().known) == set(), "write rules for the new type"


def by_data(tables: Known) -> set[str]:
    """Return the types of which the known world says what each must be, so that no rule has to."""
    return {
        type_
        for type_, found in tables.types.items()
        if any(
            judge.by_value and judge.required
            for each in (found, *found.resources.values())
            for judge in each.properties.values()
        )
    }


def test_no_rule_has_two_ids():
    assert len(RULE_OF) == len(RULES)


@pytest.mark.parametrize("project", [SERVICE, NETWORK], ids=lambda project: project.label or "service")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_our_own_program_passes_every_rule_or_has_an_accepted_deviation(environment: str, project: Project):
    world = World(environment, load_limits(), project)

    said = [line for line in world.judge(*RULE_OF) if ": exempt: accepted: " not in line]
    assert said == [], "mend the program, or accept the deviation in policies/environments.yaml with a reason"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nothing_mandatory_is_accepted(environment: str):
    limits = load_limits()

    mandatory = [
        accepted.rule
        for accepted in limits.accepted
        if RULE_OF[accepted.rule].level(limits, environment) == "mandatory"
    ]
    assert mandatory == [], "a deviation from a mandatory rule needs an exemption that ends"


def test_every_accepted_deviation_is_needed_somewhere():
    limits = load_limits()
    used = {line for name in ENVIRONMENTS for line in World(name, limits).judge(*RULE_OF) if ": exempt: " in line}

    stale = [
        accepted.rule
        for accepted in limits.accepted
        if not any(f"accepted: {accepted.reason}" in line for line in used)
    ]
    assert stale == [], "remove the entry from policies/environments.yaml"


def test_a_level_of_the_environment_goes_before_the_rules_own():
    limits = load_limits()
    blocks = limits.environments
    changed = limits.model_copy(
        update={
            "environments": {
                **blocks,
                "dev": blocks["dev"].model_copy(update={"levels": {"rds-encrypted": "off"}}),
                "prod": blocks["prod"].model_copy(update={"levels": {"rds-pgaudit": "mandatory"}}),
            }
        }
    )

    assert RULE_OF["rds-encrypted"].level(changed, "dev") == "off"
    assert RULE_OF["rds-pgaudit"].level(changed, "dev") == "advisory"
    assert RULE_OF["rds-pgaudit"].level(changed, None) == "mandatory", "where nobody knows, the strictest holds"


def test_a_stack_of_nothing_says_nothing():
    world = World()
    world.resources = {}

    assert world.judge(*RULE_OF) == []


def test_two_clusters_are_judged_each_by_its_own_parts():
    world = World()
    world.add(CLUSTER, "second", {"clusterIdentifier": "prod-second-main"})

    assert "second: has 0 instances; prod allows 2" in world.judge("rds-instances")
    assert not any(line.startswith("database-cluster") for line in world.judge("rds-instances", "rds-force-ssl"))


def test_the_newest_runtime_is_the_one_that_lambda_knows():
    model = botocore.session.get_session().get_service_model("lambda")
    pythons = [name for name in model.shape_for("Runtime").enum if name.startswith("python3.")]

    newest = max(pythons, key=lambda name: int(name.removeprefix("python3.")))
    assert newest == code.NEWEST_PYTHON, f"Lambda has {newest}; say so in policies/rules/code.py"
