"""Another place, copy or network than is deployed is told, though every manifest has placeholders for it."""

import json

import pytest

from program.engine.placement import place_differences
from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.sources import DECLARED, DEPLOYED
from program.manifest.differences import Difference
from tests.program.engine.standin import exported, recorded_checkpoint, stack_of

REFERENCE = "pulumi:pulumi:StackReference"
HERE = stack_of().settings
VPC = "vpc-bb03116da9e7d434d"
OTHER_VPC = "vpc-0123456789abcdef0"


def told(checkpoint, **changed):
    """Return what differs when the settings are the recorded stack's but for what is changed."""
    differences = place_differences(HERE.model_copy(update=changed), checkpoint)
    assert {(item.resource, item.declared) for item in differences} <= {("configuration", False)}
    return {item.property: (item.values[DECLARED], item.values[DEPLOYED]) for item in differences}


def changed_checkpoint(change, name="deployed"):
    """Return the recorded deployment, each of whose resources was changed."""
    exported_state = json.loads(exported(name))
    deployment = exported_state["deployment"]
    deployment["resources"] = [kept for resource in deployment["resources"] if (kept := change(resource))]
    return parse_checkpoint(json.dumps(exported_state), "the changed state")


def without_reference(resource):
    return None if resource["type"] == REFERENCE else resource


def test_what_is_deployed_where_the_settings_say_has_no_difference():
    assert place_differences(HERE, recorded_checkpoint("deployed")) == ()


def test_a_difference_names_the_setting_and_both_values():
    settings = HERE.model_copy(update={"environment_suffix": "other"})

    assert place_differences(settings, recorded_checkpoint("deployed")) == (
        Difference(
            resource="configuration",
            property="environmentSuffix",
            values={"declared": "other", "deployed": "main"},
            declared=False,
        ),
    )


@pytest.mark.parametrize(
    ("field", "key", "declared", "deployed"),
    [
        ("region", "region", "eu-west-1", "us-east-2"),
        ("environment", "environment", "another", "dev"),
        ("environment_suffix", "environmentSuffix", "other", "main"),
        (
            "networking_stack_ref",
            "networkingStackRef",
            "organization/networking-stack/other",
            "organization/networking-stack/dev",
        ),
    ],
)
def test_each_changed_setting_is_told_alone(field, key, declared, deployed):
    assert told(recorded_checkpoint("deployed"), **{field: declared}) == {key: (declared, deployed)}


def test_given_ids_in_the_place_of_the_networking_stack_are_told():
    deployed = recorded_checkpoint("deployed")

    assert told(deployed, networking_stack_ref=None, vpc_id=VPC) == {
        "networkingStackRef": (None, "organization/networking-stack/dev")
    }


def test_a_networking_stack_in_the_place_of_given_ids_is_told():
    assert told(changed_checkpoint(without_reference)) == {
        "networkingStackRef": ("organization/networking-stack/dev", None)
    }


def test_another_vpc_is_told_where_ids_are_given():
    given = changed_checkpoint(without_reference)

    assert told(given, networking_stack_ref=None, vpc_id=VPC) == {}
    assert told(given, networking_stack_ref=None, vpc_id=OTHER_VPC) == {"vpcId": (OTHER_VPC, VPC)}


def test_a_change_of_the_vpc_that_stopped_half_way_names_both():
    def half_moved(resource):
        if resource["urn"].endswith("::lambda-app-security-group"):
            resource["inputs"]["vpcId"] = OTHER_VPC
        return without_reference(resource)

    moved = changed_checkpoint(half_moved)

    assert told(moved, networking_stack_ref=None, vpc_id=OTHER_VPC) == {"vpcId": (OTHER_VPC, f"{OTHER_VPC}, {VPC}")}


@pytest.mark.parametrize("name", ["empty", "destroyed"])
def test_a_stack_that_is_not_deployed_has_no_place_yet(name):
    assert told(recorded_checkpoint(name), region="eu-west-1", environment_suffix="other") == {}


def test_a_deployment_that_never_came_to_its_outputs_tells_what_its_resources_do():
    half = recorded_checkpoint("half-deployed")

    assert told(half) == {}
    assert told(half, environment_suffix="other", region="eu-west-1") == {"region": ("eu-west-1", "us-east-2")}


def test_a_deployment_of_the_provider_alone_tells_nothing():
    def provider(resource):
        return resource if resource["type"] == "pulumi:providers:aws" else None

    assert told(changed_checkpoint(provider), region="eu-west-1", networking_stack_ref=None, vpc_id=VPC) == {}
