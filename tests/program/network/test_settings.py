# ruff: noqa: E501  # whole messages, each on a line
"""What a stack file of the network may ask for, and the one line that refuses anything else."""

from dataclasses import replace

import pytest

from policies.limits import load_limits
from program.errors import SettingsError
from program.network.settings import Settings
from program.network.validation import overlaps, validate
from program.offline.projects import KINDS
from program.offline.stacks import read_stacks
from program.project import declaration
from program.project.definition import NETWORK, ROOT
from program.project.stackfile import read_stack_file, stack_names
from tests.program.recorded import config_of

STACKS = stack_names(ROOT, NETWORK)
KEY = "networking-stack"


def refused(stack="network/prod", **changes):
    """Return every line that refuses the stack with these changes."""
    config = {key: value for key, value in config_of(stack, **changes).items() if value is not None}
    with pytest.raises(SettingsError) as raised:
        validate(Settings.parse(config, {}), load_limits())
    return [problem.message for problem in raised.value.problems]


def settings(stack="network/prod", **changes):
    found = Settings.parse(config_of(stack, **changes), {})
    validate(found, load_limits())
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_file_asks_for_what_its_environment_allows(stack):
    assert settings(stack).environment == stack.removeprefix("network/")


def test_stack_files_are_the_same_but_for_place_and_range():
    ours = {key: {read_stack_file(name).config[key] for name in STACKS} for key in read_stack_file(STACKS[0]).config}

    differing = {key.rpartition(":")[2] for key, values in ours.items() if len(values) > 1}
    assert differing == {"availabilityZones", "environment", "region", "vpcCidr"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vpcCidr": "10.2.0.0"}, [f"{KEY}:vpcCidr is '10.2.0.0'; it must be an IPv4 range such as 10.0.0.0/16, from /16 to /24"]),
        ({"vpcCidr": "10.2.0.1/16"}, [f"{KEY}:vpcCidr is 10.2.0.1/16, which is no IPv4 range (10.2.0.1/16 has host bits set); take one such as 10.0.0.0/16"]),
        ({"vpcCidr": "10.0.0.0/15"}, [f"{KEY}:vpcCidr is 10.0.0.0/15; AWS makes no VPC beyond /16, and no subnet as small as those of less than /24: take a range from /16 to /24"]),
        ({"vpcCidr": "10.2.0.0/25"}, [f"{KEY}:vpcCidr is 10.2.0.0/25; AWS makes no VPC beyond /16, and no subnet as small as those of less than /24: take a range from /16 to /24"]),
        ({"vpcCidr": "52.94.0.0/16"}, [f"{KEY}:vpcCidr is 52.94.0.0/16, which is not private; take a range of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"]),
        ({"vpcCidr": "172.32.0.0/16"}, [f"{KEY}:vpcCidr is 172.32.0.0/16, which is not private; take a range of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"]),
        ({"availabilityZones": '["us-east-1a", "us-east-1b"]'}, [f"{KEY}:availabilityZones has 2 different zones; it needs 3, in which the service's database stands"]),
        ({"availabilityZones": '["us-east-1a", "us-east-1a", "us-east-1b"]'}, [f"{KEY}:availabilityZones has 2 different zones; it needs 3, in which the service's database stands"]),
        ({"availabilityZones": '["us-east-1a", "us-east-1b", "us-west-2c"]'}, [f"{KEY}:availabilityZones has 'us-west-2c', which is no zone of us-east-1: us-east-1a and so on"]),
        ({"availabilityZones": '["us-east-1a", "us-east-1b", "us-east-1-bos-1a"]'}, [f"{KEY}:availabilityZones has 'us-east-1-bos-1a', which is no zone of us-east-1: us-east-1a and so on"]),
        ({"natGateways": "2"}, [f"{KEY}:natGateways is 2; prod allows 0, 3 (change it, or policies/environments.yaml)"]),
        ({"natGateways": "many"}, [f"{KEY}:natGateways is 'many'; it must be a whole number of NAT gateways"]),
        ({"natGateways": "1"}, [f"{KEY}:natGateways is 1; prod allows 0, 3 (change it, or policies/environments.yaml)"]),
        ({"logRetentionDays": "1"}, [f"{KEY}:logRetentionDays is 1; every environment allows 30 (change it, or policies/environments.yaml)"]),
        ({"permissionsBoundary": "mine"}, [f"{KEY}:permissionsBoundary is 'mine'; it must be a managed policy's ARN: arn:aws:iam::<account>:policy/<name>"]),
        ({"environment": "qa"}, [f"{KEY}:environment is 'qa', which policies/environments.yaml doesn't know; known: dev, prod, staging"]),
        ({"vpcId": "vpc-1"}, [f"unknown key '{KEY}:vpcId'; did you mean '{KEY}:vpcCidr'?"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_is_not_allowed_is_refused_in_one_line(changes, said):
    assert refused(**changes) == said


@pytest.mark.parametrize("key", ["vpcCidr", "availabilityZones", "environment", "environmentSuffix"])
def test_what_has_no_default_must_be_there(key):
    assert refused(**{key: None}) == [f"{KEY}:{key} is missing; add it to the stack file"]


def test_networks_that_share_addresses_are_told_both():
    found = {"network/dev": settings("network/dev", vpcCidr="10.2.128.0/17"), "network/prod": settings()}

    assert list(overlaps(found)) == [
        (
            "network/dev",
            f"{KEY}:vpcCidr is 10.2.128.0/17, which overlaps 10.2.0.0/16 of network/prod; give each network a range of "
            f"its own",
        ),
        (
            "network/prod",
            f"{KEY}:vpcCidr is 10.2.0.0/16, which overlaps 10.2.128.0/17 of network/dev; give each network a range of "
            f"its own",
        ),
    ]


def test_the_check_refuses_networks_that_share_addresses(monkeypatch):
    asked = config_of("network/prod")[f"{KEY}:vpcCidr"]
    real = read_stack_file

    def same_range(name, *args):
        file = real(name, *args)
        return replace(file, config={**file.config, f"{KEY}:vpcCidr": asked}) if name == "network/dev" else file

    monkeypatch.setattr("program.offline.stacks.read_stack_file", same_range)
    dev, staging, prod = sorted(read_stacks(STACKS, load_limits()), key=lambda stack: stack.name != "network/dev")

    by_name = {stack.name: [finding.message for finding in stack.findings] for stack in (dev, staging, prod)}
    assert by_name["network/staging"] == []
    assert "of network/prod" in by_name["network/dev"][0]
    assert "of network/dev" in by_name["network/prod"][0]


def test_networks_of_this_repository_share_no_address():
    assert [stack.findings for stack in read_stacks(STACKS, load_limits()) if stack.findings] == []


def test_pulumi_yaml_declares_the_settings_and_no_more():
    assert declaration.stray(KINDS[NETWORK].settings) is None, "run: make docs"
