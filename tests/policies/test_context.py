# ruff: noqa: E501  # whole messages, each on a line
"""Which environment it is: every source that is there must agree, and an unknown one is never guessed."""

import json

import pytest

from policies.context import StackConfig, stack_name_of
from policies.exemptions import Ledger
from policies.limits import load_limits
from policies.pack import Guard, UnknownEnvironmentError
from policies.pack_config import PackConfig
from tests.policies.world import TODAY, World, config, limit


def guard(**variables: str) -> Guard:
    return Guard(
        limits=load_limits(),
        stack=StackConfig.of_process({"PULUMI_PROJECT": "parity"} | variables),
        ledger=Ledger((), TODAY, {}),
    )


def pulumi_config(**values: str) -> str:
    return json.dumps({f"parity:{key}": value for key, value in values.items()})


def test_the_policy_configuration_goes_first():
    given = guard(PULUMI_CONFIG=pulumi_config(environment="dev"), PULUMI_STACK="prod")

    context = given.context(PackConfig.of({"environment": "staging"}), "")

    assert context.environment == "staging"
    assert [source.name for source in context.sources] == ["staging", "dev", "prod"]


def test_then_the_stacks_configuration_then_its_name():
    assert (
        guard(PULUMI_CONFIG=pulumi_config(environment="dev"), PULUMI_STACK="pr-7")
        .context(PackConfig.of({}), "")
        .environment
        == "dev"
    )
    assert guard(PULUMI_STACK="prod").context(PackConfig.of({}), "").environment == "prod"
    assert guard().context(PackConfig.of({}), "urn:pulumi:staging::parity::t::n").environment == "staging"


def test_a_project_of_another_name_may_name_it_too():
    given = guard(PULUMI_PROJECT="mine", PULUMI_CONFIG='{"mine:environment": "dev", "mine:environmentSuffix": "a"}')

    context = given.context(PackConfig.of({}), "")

    assert (context.environment, context.suffix) == ("dev", "a")


def test_where_the_engine_names_no_project_the_urn_does():
    given = Guard(limits=load_limits(), stack=StackConfig.of_process({}), ledger=Ledger((), TODAY, {}))

    context = given.context(PackConfig.of({"configuration": {"mine:environment": "dev"}}), "urn:pulumi:a::mine::t::n")

    assert context.environment == "dev"
    assert context.prefix == "", "a configuration without a prefix has none"
    assert guard(PULUMI_STACK="dev").context(PackConfig.of({}), "").prefix is None, "without one, nobody knows"


def test_the_suffix_of_the_process_goes_before_the_stacks():
    stack = StackConfig.of_process({"ENVIRONMENT_SUFFIX": "b", "PULUMI_CONFIG": pulumi_config(environmentSuffix="a")})

    assert stack.suffix == "b"


@pytest.mark.parametrize(
    ("variables", "policy", "said"),
    [
        ({}, {}, "nothing names the environment of stack ; known: dev, staging, prod"),
        ({"PULUMI_STACK": "pr-7"}, {"environment": 7}, "nothing names the environment of stack pr-7; known: dev, staging, prod"),
        ({}, {"environment": "qa\n"}, "the policy configuration names 'qa'; known: dev, staging, prod"),
        ({"PULUMI_PROJECT": "parity", "PULUMI_CONFIG": '{"parity:environment": "x"}'}, {}, "parity:environment names 'x'; known: dev, staging, prod"),
    ],
)  # fmt: skip
def test_an_unknown_environment_is_never_guessed(variables: dict[str, str], policy: dict[str, object], said: str):
    with pytest.raises(UnknownEnvironmentError) as error:
        guard(**variables).context(PackConfig.of(policy), "")

    assert str(error.value) == said


def test_a_review_stack_may_live_in_any_environment():
    world = World("dev")
    world.stack_name = "pr-7"

    assert world.judge("environment") == []


def test_a_stack_named_after_an_environment_lives_in_that_one_alone():
    world = World("dev")
    world.stack_name = "prod"

    assert world.judge("environment") == [
        "stack: the stack's name names prod, parity:environment names dev; they must agree"
    ]


@pytest.mark.parametrize(
    ("given", "mode"), [("protected", "protected"), ("ephemeral", "ephemeral"), ("x", "ephemeral")]
)
def test_data_is_protected_only_when_that_is_asked_for(given: str, mode: str):
    world = World()
    config("dataProtection", given)(world)

    assert world.context().data_protection == mode


def test_the_stacks_name_stands_in_a_urn():
    assert stack_name_of("urn:pulumi:prod::parity::t::n") == "prod"


def in_region(region: str, *others: str) -> World:
    world = World("prod")
    limit(other_regions=list(others))(world)
    world.config["aws:region"] = region
    return world


def test_a_stack_may_be_in_any_region_of_its_environment():
    world = in_region("eu-west-1", "eu-west-1", "eu-north-1")

    assert world.context().region == "eu-west-1"
    assert world.judge("environment") == [
        "stack: resources are in us-east-1; this stack of prod is in eu-west-1",
    ], "and all of it must be in that one"


def test_a_region_that_the_environment_doesnt_have_is_none_of_the_stacks():
    world = in_region("eu-west-1", "eu-north-1")

    assert world.context().region == "us-east-1"
    assert world.judge("environment") == ["stack: resources are in eu-west-1; this stack of prod is in us-east-1"]
