"""The network is made in an account as moto knows AWS, and a service on it; read back, what was asked for is there."""

import json

import pytest
from moto import mock_aws

from program.network.stack import deploy
from program.service.stack import deploy as deploy_service
from tests.program.foundation.inventory_source import NETWORK_MODES, network_without_limits
from tests.program.network.test_network import CONTRACT
from tests.program.recorded import ACCOUNT, of_type, record_program
from tests.program.service.aws_account import Account

REGION = "us-east-1"


@pytest.fixture
def moto(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield


@pytest.fixture(params=NETWORK_MODES, ids=["none", "one", "one-a-zone"])
def account(request):
    request.getfixturevalue("moto")
    return Account(REGION, record_program(network_without_limits, "network/prod", **request.param))


def vpc_of(account):
    (found,) = [vpc for vpc in account.client("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    return found


def within(vpc):
    return [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]


def test_the_vpc_has_its_range_and_answers_names(account):
    ec2, vpc = account.client("ec2"), vpc_of(account)

    assert vpc["CidrBlock"] == account.inputs("vpc-network")["cidrBlock"]
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        found = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
        assert found[attribute[0].upper() + attribute[1:]]["Value"] is True


def test_each_zone_has_a_private_and_a_public_subnet_without_public_addresses(account):
    found = account.client("ec2").describe_subnets(Filters=within(vpc_of(account)))["Subnets"]
    asked = [account.inputs(name) for name in of_type(account.recording, "aws:ec2/subnet:Subnet")]

    assert sorted((item["AvailabilityZone"], item["CidrBlock"]) for item in found) == sorted(
        (item["availabilityZone"], item["cidrBlock"]) for item in asked
    )
    assert not any(item["MapPublicIpOnLaunch"] for item in found)


def test_the_ways_out_are_those_that_were_asked_for(account):
    ec2, vpc = account.client("ec2"), vpc_of(account)
    gateways = [item for item in ec2.describe_nat_gateways()["NatGateways"] if item["VpcId"] == vpc["VpcId"]]
    ways = {
        association["SubnetId"]: [
            route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"
        ]
        for table in ec2.describe_route_tables(Filters=within(vpc))["RouteTables"]
        for association in table["Associations"]
        if "SubnetId" in association
    }
    private = [account.given(item.outputs["id"]) for name, item in subnets(account, "subnets-private")]

    assert len(gateways) == len(of_type(account.recording, "aws:ec2/natGateway:NatGateway"))
    assert len(ways) == len(subnets(account, "subnets-"))
    for subnet in private:
        assert {route.get("GatewayId") for route in ways[subnet]} <= {None}, "a private subnet reaches the internet"
        assert len(ways[subnet]) == (1 if gateways else 0)


def subnets(account, prefix):
    found = of_type(account.recording, "aws:ec2/subnet:Subnet")
    return [(name, item) for name, item in found.items() if name.startswith(prefix)]


def test_the_default_group_is_empty_and_the_endpoints_group_lets_in_https(account):
    groups = account.client("ec2").describe_security_groups(Filters=within(vpc_of(account)))["SecurityGroups"]
    default, endpoints = sorted(groups, key=lambda group: group["GroupName"] != "default")

    assert (default["IpPermissions"], default["IpPermissionsEgress"]) == ([], [])
    (rule,) = endpoints["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (443, 443, "tcp")
    assert [item["CidrIp"] for item in rule["IpRanges"]] == [vpc_of(account)["CidrBlock"]]


def test_the_endpoint_stands_in_each_private_subnet_under_its_ordinary_name(account):
    (endpoint,) = account.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    asked = account.inputs("endpoints-secretsmanager")

    assert endpoint["ServiceName"] == "com.amazonaws.us-east-1.secretsmanager"
    assert sorted(endpoint["SubnetIds"]) == sorted(asked["subnetIds"])
    assert endpoint["PrivateDnsEnabled"] is True
    assert json.loads(endpoint["PolicyDocument"]) == json.loads(asked["policy"])


def test_the_flow_log_records_everything_into_the_encrypted_group(account):
    (log,) = account.client("ec2").describe_flow_logs()["FlowLogs"]
    groups = account.client("logs").describe_log_groups()["logGroups"]
    (group,) = [item for item in groups if item["logGroupName"] == account.inputs("flow-log-events")["name"]]

    assert (log["TrafficType"], log["ResourceId"]) == ("ALL", vpc_of(account)["VpcId"])
    assert log["LogDestination"] == group["arn"].removesuffix(":*")
    assert group["kmsKeyId"] == account.inputs("flow-log-events")["kmsKeyId"]
    assert group["retentionInDays"] == account.inputs("flow-log-events")["retentionInDays"]


@pytest.mark.usefixtures("moto")
def test_a_service_is_made_on_what_the_network_exports(monkeypatch):
    """In the order of a first deployment: the network, then the service that reads its outputs."""
    network = record_program(deploy, "network/prod")
    outputs = {key: value for key, value in network.outputs.items() if key in CONTRACT}
    monkeypatch.setattr("program.offline.simulation.network_outputs", lambda _cloud, _asked: outputs)
    account = Account(REGION, network, record_program(deploy_service, "prod"))
    vpc = vpc_of(account)["VpcId"]
    ec2 = account.client("ec2")

    functions = account.client("lambda").list_functions()["Functions"]
    private = sorted(account.given(outputs["privateSubnetIds"]))
    assert [sorted(item["VpcConfig"]["SubnetIds"]) for item in functions] == [private, private]
    (subnet_group,) = account.client("rds").describe_db_subnet_groups()["DBSubnetGroups"]
    assert sorted(item["SubnetIdentifier"] for item in subnet_group["Subnets"]) == private
    groups = {item["GroupId"]: item["VpcId"] for item in ec2.describe_security_groups()["SecurityGroups"]}
    assert {groups[group] for item in functions for group in item["VpcConfig"]["SecurityGroupIds"]} == {vpc}
