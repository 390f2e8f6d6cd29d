"""What EC2 refuses of a network: ranges that don't fit, what isn't there, what is in use, two of what may be one.

AWS's model lists no errors of EC2. A NAT gateway fails after it was taken, and the provider tells why; here it fails at
once. Not known here: which zones a region has beyond their names, which services it has, and network interfaces of
others, which hold a subnet too.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import partial

from policies import tokens
from tests.engine.refusals.account import Account, Properties
from tests.engine.refusals.rule import Asked, Judge, Rule, at, missing, quota

CODES = "the documentation of EC2's error codes"
FLOW_LOGS = "the documentation of CreateFlowLogs"
WIDEST, NARROWEST = 16, 28


def _range(properties: Properties) -> ipaddress.IPv4Network | None:
    """Return the range, None where it is none of EC2's sizes or begins in its middle."""
    try:
        found = ipaddress.IPv4Network(str(properties.get("cidrBlock")))
    except ValueError:
        return None
    return found if WIDEST <= found.prefixlen <= NARROWEST else None


def wrong_size(asked: Asked) -> Iterator[str]:
    """Say that a range is none, or wider or narrower than a VPC or a subnet may be."""
    if _range(asked.new) is None:
        yield f"The CIDR '{asked.new.get('cidrBlock')}' is invalid; it is from /{WIDEST} to /{NARROWEST}."


def outside(asked: Asked) -> Iterator[str]:
    """Say that a subnet isn't within its VPC."""
    vpc, wanted = _by_id(asked, tokens.VPC, "vpcId"), _range(asked.new)
    within = _range(vpc) if vpc else None
    if wanted and within and not wanted.subnet_of(within):
        yield f"The CIDR '{wanted}' is invalid; it is not within the VPC's {within}."


def overlapping(asked: Asked) -> Iterator[str]:
    """Say that a subnet has addresses that another of the VPC has."""
    wanted = _range(asked.new)
    for id_, other in _alike(asked, tokens.SUBNET, "vpcId"):
        taken = _range(other)
        if id_ != asked.id and wanted and taken and wanted.overlaps(taken):
            yield f"The CIDR '{wanted}' conflicts with another subnet ({id_})"


def no_zone(asked: Asked) -> Iterator[str]:
    """Say that the region has no such zone."""
    zone, region = str(asked.new.get("availabilityZone")), asked.account.cloud.region
    if not re.fullmatch(rf"{region}[a-f]", zone):
        yield f"Value ({zone}) for parameter availabilityZone is invalid; it is none of {region}."


def route_taken(asked: Asked) -> Iterator[str]:
    """Say that the table knows a way there already."""
    for _, other in _alike(asked, tokens.ROUTE, "routeTableId"):
        if other.get("destinationCidrBlock") == asked.new.get("destinationCidrBlock"):
            yield f"The route identified by {asked.new.get('destinationCidrBlock')} already exists."


def subnet_has_table(asked: Asked) -> Iterator[str]:
    """Say that the subnet is associated with a table of its own already."""
    for id_, _ in _alike(asked, tokens.ROUTE_TABLE_ASSOCIATION, "subnetId"):
        yield f"the specified association for route table {asked.new.get('routeTableId')} conflicts with {id_}"


def has_gateway(asked: Asked) -> Iterator[str]:
    """Say that the VPC has an internet gateway already."""
    for id_, _ in _alike(asked, tokens.INTERNET_GATEWAY, "vpcId"):
        yield f"network {asked.new.get('vpcId')} already has an internet gateway attached ({id_})"


def no_gateway(asked: Asked) -> Iterator[str]:
    """Say that a NAT gateway's VPC has no way to the internet itself."""
    subnet = _by_id(asked, tokens.SUBNET, "subnetId")
    vpc = subnet.get("vpcId") if subnet else None
    gateways = [each for _, each in asked.account.all(tokens.INTERNET_GATEWAY) if each.get("vpcId") == vpc]
    if subnet and not gateways:
        yield f"Network {vpc} has no Internet gateway attached"


def address_in_use(asked: Asked) -> Iterator[str]:
    """Say that another NAT gateway has the address."""
    for id_, _ in _alike(asked, tokens.NAT_GATEWAY, "allocationId"):
        yield f"elastic IP {asked.new.get('allocationId')} is already associated ({id_})"


def has_public_addresses(asked: Asked) -> Iterator[str]:
    """Say that the VPC has addresses that lead to the internet by this gateway."""
    vpc = (asked.old or {}).get("vpcId")
    within = {id_ for id_, subnet in asked.account.all(tokens.SUBNET) if subnet.get("vpcId") == vpc}
    if any(nat.get("subnetId") in within for _, nat in asked.account.all(tokens.NAT_GATEWAY)):
        yield f"Network {vpc} has some mapped public address(es). Please unmap those before detaching the gateway."


def no_service(asked: Asked) -> Iterator[str]:
    """Say that the region has no such service."""
    service = str(asked.new.get("serviceName"))
    if not service.startswith(f"com.amazonaws.{asked.account.cloud.region}."):
        yield f"The Vpc Endpoint Service '{service}' does not exist"


def name_taken(asked: Asked) -> Iterator[str]:
    """Say that another endpoint of the VPC answers under the service's ordinary name."""
    for id_, other in _alike(asked, tokens.VPC_ENDPOINT, "vpcId"):
        same = other.get("serviceName") == asked.new.get("serviceName")
        if id_ != asked.id and same and other.get("privateDnsEnabled") and asked.new.get("privateDnsEnabled"):
            yield f"private-dns-enabled cannot be set because there is already a conflicting DNS domain ({id_})"


def log_taken(asked: Asked) -> Iterator[str]:
    """Say that the VPC is recorded to that place already."""
    for id_, other in _alike(asked, tokens.FLOW_LOG, "vpcId"):
        if other.get("logDestination") == asked.new.get("logDestination"):
            yield f"There is an existing Flow Log with the same configuration and log destination ({id_})."


def holds(key: str, *types: str) -> Judge:
    """Return the judge of a delete of what has something of these types in it."""

    def judge(asked: Asked) -> Iterator[str]:
        for type_ in types:
            for id_, other in asked.account.all(type_):
                if asked.id in at(other, key):
                    yield f"{asked.id} has dependencies and cannot be deleted: {id_}"

    return judge


def _by_id(asked: Asked, type_: str, key: str) -> Properties | None:
    return dict(asked.account.all(type_)).get(str(asked.new.get(key)))


def _alike(asked: Asked, type_: str, key: str) -> Iterator[tuple[str, Properties]]:
    """Yield the resources of the type that have the same value there."""
    for id_, other in asked.account.all(type_):
        if other.get(key) == asked.new.get(key):
            yield id_, other


_RULE = partial(Rule, service="EC2", source=CODES)
_VPC = partial(_RULE, type=tokens.VPC)
_SUBNET = partial(_RULE, type=tokens.SUBNET)
_NAT = partial(_RULE, type=tokens.NAT_GATEWAY)
_ROUTE = partial(_RULE, type=tokens.ROUTE)
_TABLE = partial(_RULE, type=tokens.ROUTE_TABLE_ASSOCIATION)
_GATEWAY = partial(_RULE, type=tokens.INTERNET_GATEWAY)
_ENDPOINT = partial(_RULE, type=tokens.VPC_ENDPOINT)
_MAKE_VPC, _MAKE_SUBNET = {"create": "CreateVpc"}, {"create": "CreateSubnet"}
_MAKE_NAT, _MAKE_ROUTE = {"create": "CreateNatGateway"}, {"create": "CreateRoute"}
_ASSOCIATE, _ATTACH = {"create": "AssociateRouteTable"}, {"create": "AttachInternetGateway"}
_MAKE_ENDPOINT = {"create": "CreateVpcEndpoint"}
_IN_A_VPC = (*(tokens.SUBNET, tokens.INTERNET_GATEWAY, tokens.ROUTE_TABLE, tokens.SECURITY_GROUP, tokens.VPC_ENDPOINT),)


def _has(type_: str) -> Callable[[Account, str], bool]:
    return lambda account, id_: any(id_ == each for each, _ in account.all(type_))


RULES: tuple[Rule, ...] = (
    _VPC(operations=_MAKE_VPC, code="InvalidVpc.Range", judge=wrong_size),
    _VPC(operations=_MAKE_VPC, code="VpcLimitExceeded", judge=quota("VPCs")),
    _VPC(operations={"delete": "DeleteVpc"}, code="DependencyViolation", judge=holds("vpcId", *_IN_A_VPC)),
    _SUBNET(operations=_MAKE_SUBNET, code="InvalidVpcID.NotFound", judge=missing("vpcId", Account.has_vpc)),
    _SUBNET(operations=_MAKE_SUBNET, code="InvalidSubnet.Range", judge=wrong_size),
    _SUBNET(operations=_MAKE_SUBNET, code="InvalidSubnet.Range", judge=outside),
    _SUBNET(operations=_MAKE_SUBNET, code="InvalidSubnet.Conflict", judge=overlapping),
    _SUBNET(operations=_MAKE_SUBNET, code="InvalidParameterValue", judge=no_zone),
    _SUBNET(
        operations={"delete": "DeleteSubnet"}, code="DependencyViolation", judge=holds("subnetId", tokens.NAT_GATEWAY)
    ),
    _SUBNET(
        operations={"delete": "DeleteSubnet"},
        code="DependencyViolation",
        judge=holds("subnetIds", tokens.VPC_ENDPOINT, tokens.SUBNET_GROUP),
    ),
    _GATEWAY(operations=_ATTACH, code="InvalidVpcID.NotFound", judge=missing("vpcId", Account.has_vpc)),
    _GATEWAY(operations=_ATTACH, code="Resource.AlreadyAssociated", judge=has_gateway),
    _GATEWAY(operations={"delete": "DetachInternetGateway"}, code="DependencyViolation", judge=has_public_addresses),
    _NAT(operations=_MAKE_NAT, code="InvalidSubnetID.NotFound", judge=missing("subnetId", Account.has_subnet)),
    _NAT(operations=_MAKE_NAT, code="InvalidAllocationID.NotFound", judge=missing("allocationId", _has(tokens.EIP))),
    _NAT(operations=_MAKE_NAT, code="Gateway.NotAttached", judge=no_gateway),
    _NAT(operations=_MAKE_NAT, code="Resource.AlreadyAssociated", judge=address_in_use),
    _RULE(
        type=tokens.EIP,
        operations={"create": "AllocateAddress"},
        code="AddressLimitExceeded",
        judge=quota("elastic IP addresses"),
    ),
    _ROUTE(
        operations=_MAKE_ROUTE,
        code="InvalidRouteTableID.NotFound",
        judge=missing("routeTableId", _has(tokens.ROUTE_TABLE)),
    ),
    _ROUTE(operations=_MAKE_ROUTE, code="RouteAlreadyExists", judge=route_taken),
    _ROUTE(
        operations=_MAKE_ROUTE,
        code="InvalidInternetGatewayID.NotFound",
        judge=missing("gatewayId", _has(tokens.INTERNET_GATEWAY)),
    ),
    _ROUTE(
        operations=_MAKE_ROUTE,
        code="InvalidNatGatewayID.NotFound",
        judge=missing("natGatewayId", _has(tokens.NAT_GATEWAY)),
    ),
    _RULE(
        type=tokens.ROUTE_TABLE,
        operations={"create": "CreateRouteTable"},
        code="InvalidVpcID.NotFound",
        judge=missing("vpcId", Account.has_vpc),
    ),
    _RULE(
        type=tokens.ROUTE_TABLE,
        operations={"delete": "DeleteRouteTable"},
        code="DependencyViolation",
        judge=holds("routeTableId", tokens.ROUTE_TABLE_ASSOCIATION),
    ),
    _TABLE(operations=_ASSOCIATE, code="InvalidSubnetID.NotFound", judge=missing("subnetId", Account.has_subnet)),
    _TABLE(
        operations=_ASSOCIATE,
        code="InvalidRouteTableID.NotFound",
        judge=missing("routeTableId", _has(tokens.ROUTE_TABLE)),
    ),
    _TABLE(operations=_ASSOCIATE, code="Resource.AlreadyAssociated", judge=subnet_has_table),
    _ENDPOINT(operations=_MAKE_ENDPOINT, code="InvalidServiceName", judge=no_service),
    _ENDPOINT(
        operations=_MAKE_ENDPOINT, code="InvalidSubnetID.NotFound", judge=missing("subnetIds", Account.has_subnet)
    ),
    _ENDPOINT(
        operations=_MAKE_ENDPOINT, code="InvalidGroup.NotFound", judge=missing("securityGroupIds", Account.has_group)
    ),
    _ENDPOINT(operations=_MAKE_ENDPOINT | {"update": "ModifyVpcEndpoint"}, code="InvalidParameter", judge=name_taken),
    _RULE(
        type=tokens.FLOW_LOG,
        operations={"create": "CreateFlowLogs"},
        code="FlowLogAlreadyExists",
        judge=log_taken,
        source=FLOW_LOGS,
    ),
)
