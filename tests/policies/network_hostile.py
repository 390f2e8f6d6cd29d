# one change a line
"""Changes of what the network records, careless, hostile or harmless: each with its kind and what it deserves."""

from tests.policies.hostile import (
    FINE,
    MUST,
    OTHER,
    Hostile,
    asked,
    copied,
    given,
    grant,
    more,
    statement,
    swapped,
    trust,
)
from tests.policies.world import Change, add, config, drop, every, put, remove

VPC, ENDPOINT, INGRESS, LOG = "vpc-network", "endpoints-secretsmanager", "endpoints-ingress-https", "flow-log-delivery"
ANYWHERE = "0.0.0.0/0"


def new(type_: str, name: str, props: dict[str, object], **links: str) -> Change:
    return add(f"aws:{type_}", name, props, **links)


NETWORK_CHANGES = (
    # 1: a way in or out that nobody asked for
    Hostile(
        "private-subnet-routed-to-internet",
        1,
        MUST,
        swapped("subnets-private-association-0", "routeTableId", "subnets-public-routes", "id"),
    ),
    Hostile(
        "private-way-out-by-internet-gateway",
        1,
        MUST,
        every(
            drop("subnets-private-way-out-0", "natGatewayId"),
            swapped("subnets-private-way-out-0", "gatewayId", "subnets-internet-gateway", "id"),
        ),
    ),
    Hostile(
        "one-more-route",
        1,
        MUST,
        new(
            "ec2/route:Route",
            "peering",
            {"destinationCidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"},
            routeTableId="subnets-private-routes-0",
        ),
    ),
    Hostile(
        "inline-routes",
        1,
        MUST,
        put("subnets-private-routes-0", "routes", [{"cidrBlock": ANYWHERE, "gatewayId": "igw-1"}]),
    ),
    Hostile("public-addresses-on-launch", 1, MUST, put("subnets-private-0", "mapPublicIpOnLaunch", True)),
    Hostile(
        "public-addresses-on-launch-of-a-public-subnet", 1, MUST, put("subnets-public-0", "mapPublicIpOnLaunch", True)
    ),
    Hostile(
        "peering",
        1,
        MUST,
        new(
            "ec2/vpcPeeringConnection:VpcPeeringConnection",
            "peer",
            {"peerVpcId": "vpc-1", "peerOwnerId": OTHER},
            vpcId=VPC,
        ),
    ),
    Hostile("vpn", 1, MUST, new("ec2/vpnGateway:VpnGateway", "vpn", {}, vpcId=VPC)),
    Hostile(
        "transit-gateway",
        1,
        MUST,
        new("ec2transitgateway/vpcAttachment:VpcAttachment", "transit", {"transitGatewayId": "tgw-1"}, vpcId=VPC),
    ),
    Hostile(
        "second-range",
        1,
        MUST,
        new(
            "ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
            "range",
            {"cidrBlock": "100.64.0.0/16"},
            vpcId=VPC,
        ),
    ),
    Hostile("ipv6", 1, MUST, put(VPC, "assignGeneratedIpv6CidrBlock", True)),
    Hostile("a-second-vpc", 1, MUST, copied(VPC, "vpc-other")),
    Hostile("a-fourth-nat-gateway", 1, MUST, copied("subnets-nat-0", "subnets-nat-3")),
    Hostile("nat-gateway-without-being-asked", 1, MUST, config("natGateways", "0")),
    Hostile("private-nat-gateway", 1, MUST, put("subnets-nat-0", "connectivityType", "private")),
    Hostile(
        "nat-gateway-in-a-private-subnet", 1, MUST, swapped("subnets-nat-0", "subnetId", "subnets-private-0", "id")
    ),
    # 2: who reaches what
    Hostile("endpoints-open-to-the-world", 2, MUST, put(INGRESS, "cidrIpv4", ANYWHERE)),
    Hostile("endpoints-open-to-another-network", 2, MUST, put(INGRESS, "cidrIpv4", "10.0.0.0/16")),
    Hostile("endpoints-open-to-all-private-ranges", 2, MUST, put(INGRESS, "cidrIpv4", "10.0.0.0/8")),
    Hostile("endpoints-on-every-port", 2, MUST, every(put(INGRESS, "fromPort", 0), put(INGRESS, "toPort", 65535))),
    Hostile("endpoints-on-ssh", 2, MUST, every(put(INGRESS, "fromPort", 22), put(INGRESS, "toPort", 22))),
    Hostile("one-more-rule", 2, MUST, copied(INGRESS, "endpoints-ingress-ssh", fromPort=22, toPort=22)),
    Hostile(
        "a-way-out-of-the-endpoints",
        2,
        MUST,
        new(
            "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "out",
            {"ipProtocol": "-1", "cidrIpv4": ANYWHERE, "description": "x"},
            securityGroupId="endpoints-security-group",
        ),
    ),
    Hostile(
        "inline-rules",
        2,
        MUST,
        put(
            "endpoints-security-group",
            "ingress",
            [{"fromPort": 0, "toPort": 0, "protocol": "-1", "cidrBlocks": [ANYWHERE]}],
        ),
    ),
    Hostile(
        "default-group-with-rules",
        2,
        MUST,
        put("vpc-default-security-group", "ingress", [{"fromPort": 0, "toPort": 0, "protocol": "-1", "self": True}]),
    ),
    Hostile("default-group-left-as-it-is", 2, MUST, remove("vpc-default-security-group")),
    Hostile(
        "default-group-of-another-vpc", 2, MUST, put("vpc-default-security-group", "vpcId", "vpc-0123456789abcdef0")
    ),
    Hostile("access-list", 2, MUST, new("ec2/networkAcl:NetworkAcl", "acl", {}, vpcId=VPC)),
    Hostile(
        "default-access-list",
        2,
        MUST,
        new("ec2/defaultNetworkAcl:DefaultNetworkAcl", "acl", {"ingress": []}, defaultNetworkAclId=VPC),
    ),
    Hostile(
        "default-routes",
        2,
        MUST,
        new("ec2/defaultRouteTable:DefaultRouteTable", "routes", {"routes": []}, defaultRouteTableId=VPC),
    ),
    Hostile(
        "an-instance", 2, MUST, new("ec2/instance:Instance", "box", {"ami": "ami-1"}, subnetId="subnets-private-0")
    ),
    # 3: the endpoint
    Hostile("endpoint-for-everybody", 3, MUST, statement(ENDPOINT, "OfThisAccount", Condition=None)),
    Hostile(
        "endpoint-to-other-accounts",
        3,
        MUST,
        statement(ENDPOINT, "OfThisAccount", Condition={"StringEquals": {"aws:PrincipalAccount": "912345678901"}}),
    ),
    Hostile(
        "endpoint-for-another-account",
        3,
        MUST,
        statement(
            ENDPOINT,
            "OfThisAccount",
            Condition={"StringEquals": {"aws:PrincipalAccount": OTHER, "aws:ResourceAccount": "912345678901"}},
        ),
    ),
    Hostile("endpoint-for-every-call", 3, MUST, statement(ENDPOINT, "OfThisAccount", Action="secretsmanager:*")),
    Hostile(
        "endpoint-for-deletion", 3, MUST, grant(ENDPOINT, "secretsmanager:DeleteSecret", "*", Principal={"AWS": "*"})
    ),
    Hostile("endpoint-without-a-policy", 3, MUST, drop(ENDPOINT, "policy")),
    Hostile(
        "endpoint-that-nobody-may-use",
        3,
        MUST,
        given(
            ENDPOINT,
            "policy",
            lambda found: (
                found.clear()
                or found.append({"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"})
            ),
        ),
    ),
    Hostile("endpoint-without-its-name", 3, MUST, put(ENDPOINT, "privateDnsEnabled", False)),
    Hostile("endpoint-of-another-service", 3, MUST, put(ENDPOINT, "serviceName", "com.amazonaws.us-east-1.s3")),
    Hostile(
        "endpoint-of-somebodys-service",
        3,
        MUST,
        put(ENDPOINT, "serviceName", "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"),
    ),
    Hostile("one-more-endpoint", 3, MUST, copied(ENDPOINT, "endpoints-ssm", serviceName="com.amazonaws.us-east-1.ssm")),
    Hostile("gateway-endpoint", 3, MUST, put(ENDPOINT, "vpcEndpointType", "Gateway")),
    Hostile("endpoint-without-group", 3, MUST, drop(ENDPOINT, "securityGroupIds")),
    Hostile("endpoint-with-another-group", 3, MUST, more(ENDPOINT, "securityGroupIds", "sg-0123456789abcdef0")),
    Hostile("endpoint-in-one-zone", 3, MUST, every(drop(ENDPOINT, "subnetIds.2"), drop(ENDPOINT, "subnetIds.1"))),
    Hostile("endpoint-in-public-subnets", 3, MUST, swapped(ENDPOINT, "subnetIds.0", "subnets-public-0", "id")),
    # 4: the flow log
    Hostile("no-flow-log", 4, MUST, remove(LOG)),
    Hostile("flow-log-of-what-is-refused", 4, MUST, put(LOG, "trafficType", "REJECT")),
    Hostile(
        "flow-log-of-one-subnet",
        4,
        MUST,
        every(drop(LOG, "vpcId"), swapped(LOG, "subnetId", "subnets-private-0", "id")),
    ),
    Hostile(
        "flow-log-to-a-bucket",
        4,
        MUST,
        every(put(LOG, "logDestinationType", "s3"), put(LOG, "logDestination", "arn:aws:s3:::evil")),
    ),
    Hostile(
        "flow-log-to-another-group",
        4,
        MUST,
        put(LOG, "logDestination", f"arn:aws:logs:us-east-1:{OTHER}:log-group:evil"),
    ),
    Hostile(
        "flow-log-across-accounts", 4, MUST, put(LOG, "deliverCrossAccountRole", f"arn:aws:iam::{OTHER}:role/evil")
    ),
    Hostile("flow-log-in-a-format-without-addresses", 4, MUST, put(LOG, "logFormat", "${version}")),
    Hostile("events-for-a-day", 4, MUST, put("flow-log-events", "retentionInDays", 1)),
    Hostile("events-for-ever", 4, MUST, drop("flow-log-events", "retentionInDays")),
    Hostile("events-in-plain-text", 4, MUST, drop("flow-log-events", "kmsKeyId")),
    Hostile("role-that-everybody-assumes", 4, MUST, trust("flow-log-role", {"AWS": "*"})),
    Hostile(
        "role-of-any-account's-flow-logs", 4, MUST, statement("flow-log-role", "", "assumeRolePolicy", Condition=None)
    ),
    Hostile("role-without-boundary", 4, MUST, drop("flow-log-role", "permissionsBoundary")),
    Hostile("role-writes-everywhere", 4, MUST, statement("flow-log-policy", "WriteTheLog", Resource="*")),
    Hostile("role-reads-too", 4, MUST, grant("flow-log-policy", "logs:GetLogEvents", "*")),
    Hostile("role-writes-nowhere", 4, MUST, statement("flow-log-policy", "WriteTheLog", Action=["logs:PutLogEvents"])),
    Hostile("key-for-everybody", 4, MUST, grant("flow-log-key", "kms:Decrypt", "*", Principal={"AWS": "*"})),
    Hostile("key-without-rotation", 4, MUST, put("flow-log-key", "enableKeyRotation", False)),
    Hostile(
        "key-that-logs-may-not-use",
        4,
        MUST,
        given(
            "flow-log-key",
            "policy",
            lambda found: found.remove(next(item for item in found if item["Sid"] == "EncryptLogs")),
        ),
    ),
    # 5: names, tags, place, options
    Hostile("dns-off", 5, MUST, put(VPC, "enableDnsSupport", False)),
    Hostile("dns-names-off", 5, MUST, put(VPC, "enableDnsHostnames", False)),
    Hostile("dedicated-machines", 5, MUST, put(VPC, "instanceTenancy", "dedicated")),
    Hostile("another-range", 5, MUST, put(VPC, "cidrBlock", "10.0.0.0/16")),
    Hostile(
        "a-range-of-the-internet", 5, MUST, every(config("vpcCidr", "8.8.0.0/16"), put(VPC, "cidrBlock", "8.8.0.0/16"))
    ),
    Hostile("another-zone", 5, MUST, put("subnets-private-0", "availabilityZone", "us-east-1f")),
    Hostile(
        "a-local-zone",
        5,
        MUST,
        every(
            config("availabilityZones", '["us-east-1-bos-1a", "us-east-1b", "us-east-1c"]'),
            put("subnets-private-0", "availabilityZone", "us-east-1-bos-1a"),
        ),
    ),
    Hostile("another-region", 5, MUST, put("subnets-private-0", "region", "eu-west-1")),
    Hostile("named-for-another-environment", 5, MUST, put(VPC, "tags.Name", "dev-network-vpc-main")),
    Hostile("tagged-for-another-environment", 5, MUST, put(VPC, "tags.Environment", "dev")),
    Hostile("untagged", 5, MUST, drop("subnets-private-0", "tags")),
    Hostile(
        "group-named-for-another-environment",
        5,
        MUST,
        put("endpoints-security-group", "name", "dev-network-endpoints-security-group-main"),
    ),
    Hostile("kept-when-destroyed", 5, MUST, asked(VPC, retainOnDelete=True)),
    Hostile("imported", 5, MUST, asked(VPC, **{"import": "vpc-1"})),
    # 6: another project's resources
    Hostile("a-bucket", 6, MUST, new("s3/bucket:Bucket", "bucket", {})),
    Hostile("a-database", 6, MUST, new("rds/cluster:Cluster", "db", {})),
    Hostile("a-function", 6, MUST, new("lambda/function:Function", "f", {})),
    Hostile("an-account", 6, MUST, new("iam/user:User", "u", {})),
    Hostile("a-command", 6, MUST, add("command:local:Command", "run", {"create": "id"})),
    # what is good
    Hostile("words-of-the-key", 5, FINE, put("flow-log-key", "description", "Encrypts what the network records.")),
    Hostile("a-tag-for-the-bill", 5, FINE, put(VPC, "tags.CostCentre", "4711")),
    Hostile("a-shorter-interval", 4, FINE, put(LOG, "maxAggregationInterval", 60)),
)
