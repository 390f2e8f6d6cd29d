# ruff: noqa: E501  # whole messages, each on a line
"""Every rule that is about the network alone: one change of it, and all that the rule then says."""

from tests.policies.hostile import swapped
from tests.policies.world import Change, config, drop, every, limit, put, remove, unknown

SUBNET, NAT = "subnets-private-1", "subnets-nat-1"

NETWORK_CASES: tuple[tuple[str, Change, list[str]], ...] = (
    (
        "vpc-zones",
        put(SUBNET, "availabilityZone", "us-east-1a"),
        [
            "subnets-private-1: availabilityZone is 'us-east-1a', that of subnets-private-0 too; each zone has one such subnet"
        ],
    ),
    (
        "vpc-zones",
        remove("subnets-public-2"),
        [
            "subnets-public-0: is one of 2 subnets-public-*; there must be 3, one in each zone",
            "subnets-public-1: is one of 2 subnets-public-*; there must be 3, one in each zone",
        ],
    ),
    (
        "vpc-zones",
        drop("endpoints-secretsmanager", "subnetIds.2"),
        ["endpoints-secretsmanager: subnetIds has 2; an endpoint stands in the private subnet of each of 3 zones"],
    ),
    (
        "vpc-ranges",
        put(SUBNET, "cidrBlock", "10.3.0.0/20"),
        ["subnets-private-1: cidrBlock is 10.3.0.0/20, which is not within the VPC's"],
    ),
    (
        "vpc-ranges",
        put(SUBNET, "cidrBlock", "10.2.16.0/20"),
        ["subnets-private-1: cidrBlock is 10.2.16.0/20, which overlaps 10.2.0.0/18 of subnets-private-0"],
    ),
    (
        "vpc-ranges",
        put(SUBNET, "cidrBlock", "10.2.64.1/18"),
        ["subnets-private-1: cidrBlock is '10.2.64.1/18'; it must be an IPv4 range of the VPC"],
    ),
    (
        "vpc-nat-gateways",
        remove(NAT),
        [
            "stack: there are 2 NAT gateways; networking-stack:natGateways asks for 3",
            "stack: there are 2 NAT gateways; prod allows 0, 1, 3",
            "stack: there are 2 NAT gateways; prod allows 0, 3",
        ],
    ),
    (
        "vpc-nat-gateways",
        config("natGateways", "0"),
        ["stack: there are 3 NAT gateways; networking-stack:natGateways asks for 0"],
    ),
    (
        "vpc-nat-gateways",
        limit(settings={"natGateways": [0]}),
        ["stack: there are 3 NAT gateways; prod allows 0"],
    ),
    (
        "vpc-nat-gateways",
        swapped(NAT, "subnetId", "subnets-public-0", "id"),
        ["subnets-nat-1: stands in subnets-public-0 as subnets-nat-0 does; each must stand in a zone of its own"],
    ),
    (
        "vpc-nat-gateways",
        every(config("natGateways", "0"), remove("subnets-nat-0", NAT, "subnets-nat-2")),
        [
            "subnets-internet-gateway: is there, and no NAT gateway; nothing else may reach the internet by it",
        ],
    ),
    ("vpc-nat-gateways", unknown(NAT, "subnetId"), []),
    (
        "vpc-private-routes",
        swapped("subnets-private-association-1", "routeTableId", "subnets-public-routes", "id"),
        [
            "subnets-private-association-1: gives subnets-private-1 the way subnets-public-way-out to an internet gateway; it is private"
        ],
    ),
    (
        "vpc-private-routes",
        swapped("subnets-public-association-1", "subnetId", "subnets-private-1", "id"),
        [
            "subnets-public-association-1: gives subnets-private-1 the way subnets-public-way-out to an internet gateway; it is private"
        ],
    ),
    (
        "vpc-default-group",
        put("vpc-default-security-group", "ingress", [{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}]),
        ["vpc-default-security-group: ingress has rules; whatever is made without a group of its own would have them"],
    ),
    ("vpc-default-group", put("vpc-default-security-group", "ingress", []), []),
)
