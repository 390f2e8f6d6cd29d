"""A private and a public subnet in each zone, and which way out each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from program.network.cutting import Ranges
from program.project.naming import Names

_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetsArgs:
    """The zones with the ranges of their subnets, and how many NAT gateways there are: none, one, or one a zone."""

    zones: Sequence[str]
    ranges: Ranges
    nat_gateways: int


class SubnetsComponent(pulumi.ComponentResource):
    """The subnets; nothing in a private one is reached from outside, and no address on launch is public in either."""

    private: tuple[ec2.Subnet, ...]
    public: tuple[ec2.Subnet, ...]

    def __init__(
        self,
        name: str,
        args: SubnetsArgs,
        *,
        vpc: ec2.Vpc,
        names: Names,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the subnets; an internet gateway is there only for NAT gateways, which alone stand in public subnets."""
        super().__init__("tap:components:Subnets", name, None, opts)
        self._name, self._args, self._vpc, self._names = name, args, vpc, names
        self._child = pulumi.ResourceOptions(parent=self)
        zones = range(len(args.zones))
        self.private = tuple(self._subnet("private", zone, args.ranges.private[zone]) for zone in zones)
        self.public = tuple(self._subnet("public", zone, args.ranges.public[zone]) for zone in zones)
        public_routes = self._routes("public-routes", "public", self.public)
        private_routes = [
            self._routes(f"private-routes-{zone}", "private", [self.private[zone]], zone) for zone in zones
        ]
        if args.nat_gateways:
            out = self._internet(public_routes)
            gateways = [self._nat(number, out) for number in range(args.nat_gateways)]
            for zone in zones:
                # Of fewer gateways than zones the last one serves the rest.
                self._way_out(
                    f"private-way-out-{zone}", private_routes[zone], nat=gateways[min(zone, len(gateways) - 1)]
                )
        self.register_outputs({})

    def _tags(self, kind: str) -> dict[str, str]:
        return {**self._names.tags, "Name": self._names.physical("network", kind)}

    def _subnet(self, kind: str, zone: int, cidr: str) -> ec2.Subnet:
        return ec2.Subnet(
            f"{self._name}-{kind}-{zone}",
            vpc_id=self._vpc.id,
            availability_zone=self._args.zones[zone],
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags=self._tags(f"{kind}-{zone}"),
            opts=self._child,
        )

    def _routes(self, name: str, kind: str, subnets: Sequence[ec2.Subnet], first: int = 0) -> ec2.RouteTable:
        table = ec2.RouteTable(f"{self._name}-{name}", vpc_id=self._vpc.id, tags=self._tags(name), opts=self._child)
        for zone, subnet in enumerate(subnets, first):
            ec2.RouteTableAssociation(
                f"{self._name}-{kind}-association-{zone}",
                subnet_id=subnet.id,
                route_table_id=table.id,
                opts=self._child,
            )
        return table

    def _internet(self, table: ec2.RouteTable) -> ec2.Route:
        gateway = ec2.InternetGateway(
            f"{self._name}-internet-gateway",
            vpc_id=self._vpc.id,
            tags=self._tags("internet-gateway"),
            opts=self._child,
        )
        return ec2.Route(
            f"{self._name}-public-way-out",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )

    def _nat(self, number: int, out: ec2.Route) -> ec2.NatGateway:
        address = ec2.Eip(
            f"{self._name}-nat-address-{number}",
            domain="vpc",
            tags=self._tags(f"nat-address-{number}"),
            # An address is taken into a VPC that has an internet gateway.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[out]),
        )
        return ec2.NatGateway(
            f"{self._name}-nat-{number}",
            allocation_id=address.allocation_id,
            subnet_id=self.public[number].id,
            connectivity_type="public",
            tags=self._tags(f"nat-{number}"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[out]),
        )

    def _way_out(self, name: str, table: ec2.RouteTable, *, nat: ec2.NatGateway) -> None:
        ec2.Route(
            f"{self._name}-{name}",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            nat_gateway_id=nat.id,
            opts=self._child,
        )
