"""What outputs tell of a stack's other resources is no drift; what nobody made a resource of is."""

import pytest

from policies import tokens
from program.engine.belongings import Belongings
from program.engine.group_rules import GroupRule, declared_rule, told_rules
from program.engine.pulumi_cli.checkpoint import State

GROUP = "sg-1"
APP = {
    "securityGroupId": GROUP,
    "ipProtocol": "tcp",
    "fromPort": 5432,
    "toPort": 5432,
    "referencedSecurityGroupId": "sg-app",
}
BLOCK = {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "description": "From the app.", "self": False}


def state(type_, id_="id", **inputs):
    return State(urn=f"urn::{type_}::{id_}", type=type_, custom=True, id=id_, inputs=inputs, outputs={})


def added(type_, id_, outputs, *states):
    return Belongings(states).added(type_, id_, outputs)


def ingress(*blocks):
    return {"ingress": list(blocks)}


class TestAGroupsRules:
    def added(self, *blocks):
        return added(tokens.SECURITY_GROUP, GROUP, ingress(*blocks), state(tokens.INGRESS_RULE, **APP))

    def test_that_are_resources_are_its_own(self):
        assert self.added(BLOCK | {"securityGroups": ["sg-app"]}) == {}

    def test_that_stand_in_one_block_are_told_apart(self):
        assert self.added(BLOCK | {"securityGroups": ["sg-app"], "cidrBlocks": ["0.0.0.0/0"]}) == {
            "ingress": [{"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"]}]
        }

    def test_of_another_port_are_others(self):
        found = self.added(BLOCK | {"fromPort": 0, "securityGroups": ["sg-app"]})

        assert [block["fromPort"] for block in found["ingress"]] == [0]

    def test_from_itself_are_from_the_group(self):
        assert self.added(BLOCK | {"self": True})["ingress"][0]["securityGroups"] == [GROUP]

    def test_of_a_group_in_another_account_go_by_the_groups_id(self):
        assert self.added(BLOCK | {"securityGroups": ["111122223333/sg-app"]}) == {}

    def test_of_another_group_are_no_excuse(self):
        rule = state(tokens.INGRESS_RULE, **(APP | {"securityGroupId": "sg-2"}))

        assert added(tokens.SECURITY_GROUP, GROUP, ingress(BLOCK | {"securityGroups": ["sg-app"]}), rule) != {}

    @pytest.mark.parametrize("told", [None, "text", ["text"], []])
    def test_that_nobody_tells_are_none(self, told):
        assert added(tokens.SECURITY_GROUP, GROUP, {"ingress": told}) == {}


ROUTE = {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}
ROUTE_TOLD = {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1", "gatewayId": "", "ipv6CidrBlock": ""}


class TestATablesRoutes:
    def added(self, *routes):
        return added(tokens.ROUTE_TABLE, "rtb-1", {"routes": list(routes)}, state(tokens.ROUTE, **ROUTE))

    def test_that_are_resources_are_its_own(self):
        assert self.added(ROUTE_TOLD) == {}

    @pytest.mark.parametrize(
        "other",
        [
            {"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"},
            {"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1", "natGatewayId": ""},
            {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-2"},
        ],
    )
    def test_that_lead_elsewhere_are_by_hand(self, other):
        assert self.added(ROUTE_TOLD, other) == {"routes": [other]}

    def test_of_another_table_are_no_excuse(self):
        route = state(tokens.ROUTE, **(ROUTE | {"routeTableId": "rtb-2"}))

        assert added(tokens.ROUTE_TABLE, "rtb-1", {"routes": [ROUTE_TOLD]}, route) == {"routes": [ROUTE_TOLD]}


def test_a_rule_without_a_peer_is_none():
    assert declared_rule({"ipProtocol": "tcp"}) is None


@pytest.mark.parametrize(
    ("block", "text", "permission"),
    [
        (
            {"protocol": "tcp", "fromPort": 22, "toPort": 25, "cidrBlocks": ["10.0.0.0/8"]},
            "tcp 22-25 10.0.0.0/8",
            "IpProtocol=tcp,FromPort=22,ToPort=25,IpRanges=[{CidrIp=10.0.0.0/8}]",
        ),
        (
            {"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": ["::/0"]},
            "all ::/0",
            "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]",
        ),
        (
            {"protocol": "udp", "fromPort": 53, "toPort": 53, "prefixListIds": ["pl-1"]},
            "udp 53 pl-1",
            "IpProtocol=udp,FromPort=53,ToPort=53,PrefixListIds=[{PrefixListId=pl-1}]",
        ),
        (
            {"protocol": "tcp", "fromPort": 1, "toPort": 1, "securityGroups": ["sg-9"]},
            "tcp 1 sg-9",
            "IpProtocol=tcp,FromPort=1,ToPort=1,UserIdGroupPairs=[{GroupId=sg-9}]",
        ),
    ],
)
def test_a_rule_is_told_in_words_and_to_awss_cli(block, text, permission):
    (rule,) = told_rules([block], GROUP)

    assert (str(rule), rule.permission, rule.block) == (text, permission, block)


def test_where_every_protocol_goes_ports_say_nothing():
    one = {"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
    (other,) = told_rules([{"protocol": "-1", "fromPort": 0, "toPort": 65535, "cidrBlocks": ["0.0.0.0/0"]}], GROUP)

    assert declared_rule(one) == other == GroupRule("-1", 0, 0, "cidrBlocks", "0.0.0.0/0")


def test_a_roles_own_policies_are_its_own():
    own = state(tokens.ROLE_POLICY, role="r", name="mine")
    outputs = {"inlinePolicies": [{"name": "mine", "policy": "{}"}, {"name": "yours", "policy": "{}"}, {}, "text"]}

    assert added(tokens.ROLE, "r", outputs, own) == {"inlinePolicies": [{"name": "yours", "policy": "{}"}]}


def test_a_roles_attached_policies_are_its_own():
    own = state(tokens.MANAGED_POLICY_ATTACHMENT, role="r", policyArn="arn:mine")

    assert added(tokens.ROLE, "r", {"managedPolicyArns": ["arn:mine", "arn:yours"]}, own) == {
        "managedPolicyArns": ["arn:yours"]
    }


def test_a_clusters_own_instances_are_its_own():
    own = state(tokens.CLUSTER_INSTANCE, "i-0", clusterIdentifier="c")

    assert added(tokens.CLUSTER, "c", {"clusterMembers": ["i-0", "i-1"]}, own) == {"clusterMembers": ["i-1"]}


@pytest.mark.parametrize(
    ("type_", "policy", "key"),
    [(tokens.SECRET, tokens.SECRET_POLICY, "secretArn"), (tokens.TOPIC, tokens.TOPIC_POLICY, "arn")],
)
def test_a_policy_that_is_a_resource_tells_of_itself(type_, policy, key):
    assert Belongings([state(policy, **{key: "arn"})]).left_out(type_, "arn") == {"policy"}
    assert Belongings([]).left_out(type_, "arn") == set()


def test_other_types_own_nothing():
    assert Belongings([]).left_out(tokens.ALARM, "a") == set()
    assert added(tokens.ALARM, "a", {"ingress": [BLOCK]}) == {}
