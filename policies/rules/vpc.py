"""Rules on the network itself: its zones, its ranges, and its ways out. What may be there at all is known by data."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.known.judging import is_same
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import shown
from policies.view import UNKNOWN, Resource, StackView, Undecided

# Three are what an Aurora cluster stands in, and what a service reads of its network.
ZONES = 3
_NUMBER = re.compile(r"-\d+$")
_NAT_GATEWAYS = "natGateways"


def _zones(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    kinds = Counter(_kind(subnet) for subnet in stack.of(tokens.SUBNET))
    first: dict[tuple[str, str], Resource] = {}
    for subnet in stack.of(tokens.SUBNET):
        kind, zone = _kind(subnet), subnet.text("availabilityZone")
        other = first.setdefault((kind, zone), subnet)
        if other is not subnet:
            yield subnet, f"availabilityZone is {shown(zone)}, that of {other.name} too; each zone has one such subnet"
        elif kinds[kind] != ZONES:
            yield subnet, f"is one of {kinds[kind]} {kind}-*; there must be {ZONES}, one in each zone"
    for endpoint in stack.of(tokens.VPC_ENDPOINT):
        found = len(endpoint.items("subnetIds"))
        if found != ZONES:
            yield endpoint, f"subnetIds has {found}; an endpoint stands in the private subnet of each of {ZONES} zones"


def _kind(subnet: Resource) -> str:
    """Return the logical name without the number, which tells private subnets from public ones."""
    return _NUMBER.sub("", subnet.name)


APART = StackRule(
    id="vpc-zones",
    title="Subnets of a kind, and every endpoint, must stand in three zones.",
    why="A zone that fails takes down whatever stands in it alone, and Aurora takes no fewer than its subnets' zones.",
    fix="Give each of the three subnets a zone of its own, and each endpoint all private subnets.",
    types=(tokens.SUBNET, tokens.VPC_ENDPOINT),
    severity="high",
    judge=_zones,
)


def _ranges(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    networks = [_range(vpc) for vpc in stack.of(tokens.VPC)]
    taken: list[tuple[Resource, ipaddress.IPv4Network]] = []
    for subnet in stack.of(tokens.SUBNET):
        found = _range(subnet)
        if found is None:
            yield subnet, f"cidrBlock is {shown(subnet.get('cidrBlock'))}; it must be an IPv4 range of the VPC"
            continue
        if not any(network is not None and found.subnet_of(network) for network in networks):
            yield subnet, f"cidrBlock is {found}, which is not within the VPC's"
        for other, range_ in taken:
            if found.overlaps(range_):
                yield subnet, f"cidrBlock is {found}, which overlaps {range_} of {other.name}"
        taken.append((subnet, found))


def _range(resource: Resource) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(str(resource.get("cidrBlock")))
    except ValueError:
        return None


RANGES = StackRule(
    id="vpc-ranges",
    title="Subnets' ranges must be parts of the VPC's, and apart.",
    why="AWS refuses any other in the middle of a deployment, when half of the network is there.",
    fix="Take the ranges from program/network/cutting.py.",
    types=(tokens.VPC, tokens.SUBNET),
    judge=_ranges,
)


def _nat(stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    gateways = list(stack.of(tokens.NAT_GATEWAY))
    asked = context.stack.get(_NAT_GATEWAYS) or "0"
    key = context.stack.key(_NAT_GATEWAYS)
    if any(stack.of(tokens.VPC)) and not is_same(len(gateways), asked):
        yield None, f"there are {len(gateways)} NAT gateways; {key} asks for {asked}"
    for limits in (context.common, context.limits):
        allowed = limits.settings.get(_NAT_GATEWAYS)
        if isinstance(allowed, list) and not any(is_same(len(gateways), value) for value in allowed):
            yield None, f"there are {len(gateways)} NAT gateways; {context.environment} allows {_words(allowed)}"
    first: dict[str, Resource] = {}
    for gateway in gateways:
        if gateway.peek("subnetId") is UNKNOWN and not gateway.depends_by("subnetId"):
            raise Undecided("subnetId", gateway.urn)
        for subnet in stack.by_urn(gateway.depends_by("subnetId"), tokens.SUBNET):
            other = first.setdefault(subnet.urn, gateway)
            if other is not gateway:
                yield gateway, f"stands in {subnet.name} as {other.name} does; each must stand in a zone of its own"
    for internet in stack.of(tokens.INTERNET_GATEWAY):
        if internet.peek("vpcId") is not None and not gateways:
            yield internet, "is there, and no NAT gateway; nothing else may reach the internet by it"


def _words(values: list[int] | list[str]) -> str:
    return ", ".join(str(value) for value in values)


NAT_GATEWAYS = StackRule(
    id="vpc-nat-gateways",
    title="There must be as many NAT gateways as the stack asks for, and none of them beside another.",
    why="Each is a way out to the whole internet and has its price; two in one zone fail together.",
    fix="Set natGateways of the stack file to what policies/environments.yaml allows.",
    types=(tokens.NAT_GATEWAY, tokens.INTERNET_GATEWAY),
    severity="high",
    judge=_nat,
)


def _private_routes(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    # Where an endpoint stands, functions and databases do: these are private by that, whatever they are called.
    private = {urn for endpoint in stack.of(tokens.VPC_ENDPOINT) for urn in endpoint.depends_by("subnetIds")}
    for route in stack.of(tokens.ROUTE):
        if route.peek("gatewayId") is None:
            continue
        tables = route.depends_by("routeTableId")
        for association in stack.of(tokens.ROUTE_TABLE_ASSOCIATION):
            if tables & association.depends_by("routeTableId"):
                for subnet in stack.by_urn(association.depends_by("subnetId") & private, tokens.SUBNET):
                    yield association, f"gives {subnet.name} the way {route.name} to an internet gateway; it is private"


PRIVATE_ROUTES = StackRule(
    id="vpc-private-routes",
    title="Private subnets must have no route to an internet gateway.",
    why="With such a route whatever stands there is one public address away from the internet.",
    fix="Give each private subnet a route table of its own, whose only way out is a NAT gateway.",
    types=(tokens.ROUTE, tokens.ROUTE_TABLE_ASSOCIATION),
    severity="critical",
    judge=_private_routes,
)


def _default_group(resource: Resource, _context: Context) -> Iterator[str]:
    for prop in ("ingress", "egress"):
        if resource.items(prop):
            yield f"{prop} has rules; whatever is made without a group of its own would have them"


DEFAULT_GROUP = ResourceRule(
    id="vpc-default-group",
    title="The default security group must have no rules.",
    why="Whatever is made without a group gets this one, and nobody chose what it lets through.",
    fix="Leave ingress and egress of aws.ec2.DefaultSecurityGroup unset, and give resources groups of their own.",
    types=(tokens.DEFAULT_SECURITY_GROUP,),
    severity="high",
    judge=_default_group,
)

RULES = (APART, RANGES, NAT_GATEWAYS, PRIVATE_ROUTES, DEFAULT_GROUP)
