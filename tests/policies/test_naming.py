"""Two services in one account: the prefix is part of every name, in the program, in the rules, and in what is known."""

import pytest

from policies.naming import LONGEST_PREFIX, LONGEST_SUFFIX, physical_name, prefixed
from policies.rules.identity import NAMES
from program.project.naming import Names
from tests.policies.world import World, config, put
from tests.program.recorded import recorded


def names(**changes: str) -> set[str]:
    found = recorded("prod", **changes).registrations
    return {str(item.inputs[NAMES[item.type].property]) for item in found if item.type in NAMES}


def test_a_name_without_a_prefix_is_what_it_always_was():
    name = physical_name(environment="prod", prefix="", service="db", kind="cluster", suffix="main")

    assert name == "prod-db-cluster-main"


def test_the_prefix_stands_before_the_service():
    of_orders = Names(project="orders", prefix="orders", environment="dev", suffix="main")

    assert of_orders.physical("db", "cluster") == "dev-orders-db-cluster-main"


def test_a_template_has_the_prefix_where_names_have_it():
    assert prefixed("/aws/lambda/${environment}-app-*", "orders") == "/aws/lambda/${environment}-orders-app-*"
    assert prefixed("organization/networking-stack/${environment}", "orders").endswith("/${environment}")


def test_two_services_in_one_account_share_no_name():
    orders, payments, example = names(namePrefix="orders"), names(namePrefix="payments"), names()

    assert len(orders) == len(payments) == len(example)
    assert orders & payments == orders & example == set()


def test_a_name_without_the_projects_prefix_fails():
    world = World("prod")
    config("namePrefix", "orders")(world)

    assert "database-cluster: clusterIdentifier 'prod-db-cluster-main' doesn't begin with prod-orders-" in world.judge(
        "names"
    )


def test_what_is_known_by_name_is_not_known_under_another_services_name():
    world = World("prod")
    config("namePrefix", "orders")(world)

    named = {line.partition(":")[0] for line in world.judge("known-values")}
    assert {"database-logs", "database-instance-0", "monitoring-app-errors"} <= named


# With staging and a suffix of twenty, 35 characters of the service's own make 64.
@pytest.mark.parametrize(
    ("own", "said"),
    [(35, []), (36, ["would have 65 characters with the longest environment and a suffix of 20; AWS takes 64"])],
)
def test_a_name_must_fit_with_the_longest_environment_and_suffix(own: int, said: list[str]):
    world = World("prod")
    name = f"prod-{'x' * own}-main"
    put("lambda-app-role", "name", name)(world)

    assert world.judge("names") == [f"lambda-app-role: name {name!r} {line}" for line in said]


def test_the_longest_prefix_leaves_room_for_the_longest_name_of_the_program():
    found = recorded("prod", namePrefix="p" * LONGEST_PREFIX, environmentSuffix="s" * LONGEST_SUFFIX).registrations
    # The longest environment of the example has three letters more.
    longest = {item.type: len(str(item.inputs[NAMES[item.type].property])) + 3 for item in found if item.type in NAMES}

    assert {type_: length for type_, length in longest.items() if length > NAMES[type_].longest} == {}
