"""The network that a stack is given: another stack's outputs, or ids; and the functions' way out of it."""

import pytest

from program.offline import simulation
from program.offline.recording import ProgramError
from program.service.stack import deploy
from tests.program.recorded import EXPLICIT_NETWORK, config_of, find, record_program, recorded

REFERENCE = "organization/networking-stack/prod"
GROUP = "sg-0123456789abcdef0"
ENDPOINT = "endpointSecurityGroupId"


@pytest.fixture
def exported(monkeypatch):
    """Record the program with the networking stack's outputs changed; None takes one away."""
    real = simulation.network_outputs

    def record_with(settings=None, **changes):
        def outputs(cloud, asked):
            return {key: value for key, value in {**real(cloud, asked), **changes}.items() if value is not None}

        monkeypatch.setattr(simulation, "network_outputs", outputs)
        return record_program(deploy, **(settings or {}))

    return record_with


def https(recording, function="lambda-app"):
    rule = find(recording, f"{function}-egress-https").inputs
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)
    return rule.get("referencedSecurityGroupId"), rule.get("cidrIpv4")


def test_the_other_stack_gives_vpc_and_subnets(exported):
    subnets = ["subnet-1", "subnet-2", "subnet-3"]

    recording = exported(vpcId="vpc-77", privateSubnetIds=subnets)

    assert find(recording, "database-subnets").inputs["subnetIds"] == subnets
    assert find(recording, "database-security-group").inputs["vpcId"] == "vpc-77"
    assert find(recording, "lambda-app-function").inputs["vpcConfig"]["subnetIds"] == subnets


def test_ids_take_the_place_of_the_other_stack():
    recording = recorded(**EXPLICIT_NETWORK)

    assert find(recording, "database-security-group").inputs["vpcId"] == EXPLICIT_NETWORK["vpcId"]
    assert find(recording, "database-subnets").inputs["subnetIds"] == ["subnet-a", "subnet-b", "subnet-c"]


@pytest.mark.parametrize("function", ["lambda-app", "secrets-rotation"])
def test_https_goes_to_the_endpoints_where_the_network_has_them(exported, function):
    assert https(exported(endpointSecurityGroupId=GROUP), function) == (GROUP, None)
    assert https(recorded(**EXPLICIT_NETWORK, endpointSecurityGroupId=GROUP), function) == (GROUP, None)


@pytest.mark.parametrize("function", ["lambda-app", "secrets-rotation"])
def test_https_goes_to_the_vpc_where_it_has_no_endpoints_of_its_own(exported, function):
    assert https(exported(**{ENDPOINT: None}), function) == (
        None,
        config_of("network/prod")["networking-stack:vpcCidr"],
    )
    assert https(recorded(**EXPLICIT_NETWORK), function) == (None, "10.7.0.0/16")


def test_https_goes_anywhere_by_a_nat_gateway():
    assert https(recorded(egress="nat")) == (None, "0.0.0.0/0")


@pytest.mark.parametrize("output", ["vpcId", "privateSubnetIds", "availabilityZones"])
def test_a_missing_output_is_named_with_what_is_there(exported, output):
    with pytest.raises(ProgramError) as caught:
        exported(**{output: None})

    message = str(caught.value)
    assert f"networking stack {REFERENCE}: it has no output {output}; export it (found: " in message
    assert "vpcCidr" in message
    assert "\n" not in message


def test_a_network_without_any_way_out_names_all_three(exported):
    with pytest.raises(ProgramError) as caught:
        exported(**{ENDPOINT: None, "vpcCidr": None})

    assert "no output vpcCidr; export it or endpointSecurityGroupId, or set egress to nat" in str(caught.value)


def test_a_nat_gateway_needs_neither(exported):
    assert https(exported({"egress": "nat"}, **{ENDPOINT: None, "vpcCidr": None})) == (None, "0.0.0.0/0")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"privateSubnetIds": ["subnet-1", "subnet-2"]}, "it must be a list of 3 different ids"),
        ({"privateSubnetIds": ["subnet-1"] * 3}, "it must be a list of 3 different ids"),
        ({"availabilityZones": "us-east-1a"}, "availabilityZones is 'us-east-1a'; it must be a list"),
        ({ENDPOINT: [GROUP]}, f"{ENDPOINT} is ['{GROUP}']; it must be text"),
    ],
    ids=["two subnets", "one subnet three times", "text for a list", "a list for text"],
)
def test_an_output_of_another_kind_is_refused(exported, changes, words):
    with pytest.raises(ProgramError) as caught:
        exported(**changes)

    assert words in str(caught.value)
    assert REFERENCE in str(caught.value)
