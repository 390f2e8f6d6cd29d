"""What the network registers: three zones without a way in, and outputs that are just what a service reads."""

import json

import pytest

from policies.known.networking import OUTPUTS
from program.manifest.normalise import OF_A_NETWORK
from program.network.endpoints import SERVICES
from program.network.stack import deploy
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from program.service.settings import Settings as ServiceSettings
from program.service.stack import deploy as deploy_service
from tests.program.foundation.inventory_source import NETWORK_MODES, network_without_limits
from tests.program.recorded import before, config_of, find, of_type, record_program, recorded, statements

CONTRACT = {"vpcId", "vpcCidr", "privateSubnetIds", "publicSubnetIds", "availabilityZones", "endpointSecurityGroupId"}
OF_EVERY_PROJECT = {"configManifest", "configHash", "baselineHash", "environmentName", "environmentSuffix"}


@pytest.fixture(scope="module", params=NETWORK_MODES, ids=["none", "one", "one-a-zone"])
def network(request):
    return record_program(network_without_limits, "network/prod", **request.param)


@pytest.fixture(scope="module")
def shipped():
    return record_program(deploy, "network/prod")


def ids(recording, *names):
    return [find(recording, name).outputs["id"] for name in names]


def zoned(prefix):
    return [f"{prefix}-{zone}" for zone in range(3)]


def test_the_outputs_are_the_contract_and_what_every_project_says(shipped):
    assert set(shipped.outputs) == CONTRACT | OF_EVERY_PROJECT
    assert set(ServiceSettings.parse(config_of("prod"), {}).given_network) == CONTRACT
    assert set(OUTPUTS) == CONTRACT, "what the guard reads of a network"
    assert OF_A_NETWORK == CONTRACT, "what stands for something in a manifest"


def test_every_output_is_of_the_network_itself(shipped):
    outputs = shipped.outputs

    assert outputs["vpcId"] == find(shipped, "vpc-network").outputs["id"]
    assert outputs["vpcCidr"] == find(shipped, "vpc-network").inputs["cidrBlock"]
    assert outputs["privateSubnetIds"] == ids(shipped, *zoned("subnets-private"))
    assert outputs["publicSubnetIds"] == ids(shipped, *zoned("subnets-public"))
    assert outputs["availabilityZones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert outputs["endpointSecurityGroupId"] == find(shipped, "endpoints-security-group").outputs["id"]


@pytest.mark.parametrize("environment", stack_names(ROOT, SERVICE))
def test_the_service_stands_on_what_its_network_exports(environment, monkeypatch):
    exported = record_program(deploy, f"network/{environment}").outputs
    outputs = {key: value for key, value in exported.items() if key in CONTRACT}
    monkeypatch.setattr("program.offline.simulation.network_outputs", lambda _cloud, _asked: outputs)
    service = record_program(deploy_service, environment)

    assert find(service, "database-subnets").inputs["subnetIds"] == outputs["privateSubnetIds"]
    assert find(service, "lambda-app-function").inputs["vpcConfig"]["subnetIds"] == outputs["privateSubnetIds"]
    assert find(service, "database-security-group").inputs["vpcId"] == outputs["vpcId"]
    https = find(service, "lambda-app-egress-https").inputs
    assert https["referencedSecurityGroupId"] == outputs["endpointSecurityGroupId"]
    assert service.networking == outputs


def test_no_private_subnet_has_a_way_to_an_internet_gateway(network):
    associated = {
        item.inputs["subnetId"]: item.inputs["routeTableId"]
        for item in of_type(network, "aws:ec2/routeTableAssociation:RouteTableAssociation").values()
    }
    by_table = {item.inputs["routeTableId"]: item.inputs for item in of_type(network, "aws:ec2/route:Route").values()}
    private, public = ids(network, *zoned("subnets-private")), ids(network, *zoned("subnets-public"))

    assert set(associated) == {*private, *public}, "a subnet without a table of its own takes the main one's ways"
    assert not any("gatewayId" in by_table.get(associated[subnet], {}) for subnet in private)
    assert len({associated[subnet] for subnet in private}) == 3
    assert len({associated[subnet] for subnet in public}) == 1
    assert not any(item.inputs["mapPublicIpOnLaunch"] for item in of_type(network, "aws:ec2/subnet:Subnet").values())


@pytest.mark.parametrize(("asked", "gateways"), [("0", 0), ("1", 1), ("3", 3)])
def test_there_are_as_many_ways_out_as_are_asked_for(asked, gateways):
    network = record_program(network_without_limits, "network/prod", natGateways=asked)
    nat = of_type(network, "aws:ec2/natGateway:NatGateway")
    ways = {name: item.inputs for name, item in of_type(network, "aws:ec2/route:Route").items()}

    assert len(nat) == len(of_type(network, "aws:ec2/eip:Eip")) == gateways
    assert len(of_type(network, "aws:ec2/internetGateway:InternetGateway")) == (1 if gateways else 0)
    assert set(ways) == ({"subnets-public-way-out", *zoned("subnets-private-way-out")} if gateways else set())
    assert {item.inputs["subnetId"] for item in nat.values()} == set(ids(network, *zoned("subnets-public")[:gateways]))
    by = {ways[name]["natGatewayId"] for name in zoned("subnets-private-way-out")} if gateways else set()
    assert by == {item.outputs["id"] for item in nat.values()}


def test_a_nat_gateway_is_made_after_the_way_to_the_internet():
    network = record_program(network_without_limits, "network/prod", natGateways="3")

    for number in range(3):
        assert {"subnets-public-way-out", "subnets-internet-gateway"} <= before(network, f"subnets-nat-{number}")
        assert "subnets-public-way-out" in before(network, f"subnets-nat-address-{number}")


def test_the_endpoints_let_in_https_from_the_vpc_alone(network):
    rules = of_type(network, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    (rule,) = [item.inputs for item in rules.values()]

    assert of_type(network, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == {}
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)
    assert rule["cidrIpv4"] == find(network, "vpc-network").inputs["cidrBlock"]
    group = find(network, "endpoints-security-group").outputs["id"]
    assert rule["securityGroupId"] == group
    for endpoint in of_type(network, "aws:ec2/vpcEndpoint:VpcEndpoint").values():
        assert endpoint.inputs["securityGroupIds"] == [group]
        assert endpoint.inputs["subnetIds"] == ids(network, *zoned("subnets-private"))
        assert endpoint.inputs["privateDnsEnabled"] is True
    vpc = find(network, "vpc-network").inputs
    assert vpc["enableDnsSupport"] is vpc["enableDnsHostnames"] is True, "or the private name is not answered"


def test_each_endpoint_lets_through_what_the_services_roles_may_call_and_no_more(network):
    """The functions' own rights say what they call; a call more, or less, is a mistake in one of the two."""
    granted = {
        action
        for policy in of_type(recorded(), "aws:iam/rolePolicy:RolePolicy").values()
        for statement in statements(policy.inputs["policy"]).values()
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    for service, what in SERVICES.items():
        of_service = {action for action in granted if action.startswith(f"{service}:")}
        endpoint = statements(find(network, f"endpoints-{service}").inputs["policy"])

        assert {*what.of_account, *what.without_resource} == of_service
        assert {action for item in endpoint.values() for action in item["Action"]} == of_service
        assert all("aws:PrincipalAccount" in item["Condition"]["StringEquals"] for item in endpoint.values())
        assert what.why


def test_the_default_group_has_no_rules_of_ours(network):
    inputs = find(network, "vpc-default-security-group").inputs

    assert inputs == {"vpcId": find(network, "vpc-network").outputs["id"]}


def test_the_flow_log_records_all_traffic_before_anything_is_recorded_in_plain_text(network):
    log, group = find(network, "flow-log-delivery").inputs, find(network, "flow-log-events")

    assert (log["trafficType"], log["vpcId"]) == ("ALL", find(network, "vpc-network").outputs["id"])
    assert log["logDestination"] == group.outputs["arn"]
    assert group.inputs["kmsKeyId"] == find(network, "flow-log-key").outputs["arn"]
    assert group.inputs["retentionInDays"] == 30
    assert {"flow-log-policy", "flow-log-events", "flow-log-role"} <= before(network, "flow-log-delivery")


def test_the_role_of_the_flow_log_writes_into_its_group_alone_and_is_bounded(network):
    role, group = find(network, "flow-log-role").inputs, find(network, "flow-log-events")
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
    policy = statements(find(network, "flow-log-policy").inputs["policy"])

    assert statement["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert {"aws:SourceAccount"} == set(statement["Condition"]["StringEquals"])
    assert role["permissionsBoundary"].endswith(":policy/prod-networking-stack-boundary-main")
    assert [item["Resource"] for item in policy.values()] == [[f"{group.outputs['arn']}:*"]]


def test_physical_names_say_environment_network_and_suffix(network):
    named = [
        item.inputs.get("tags", {}).get("Name") or item.inputs.get("name")
        for item in network.registrations
        if item.type.startswith("aws:")
    ]

    assert [name for name in named if name and "prod-network-" not in name] == []
    assert [name for name in named if name and not name.rpartition("/")[2].endswith("-main")] == []
