"""What one stack of the network asks for."""

from __future__ import annotations

import ipaddress
from typing import Annotated, ClassVar

from program.manifest.canonical import JsonValue
from program.network.cutting import NARROWEST, WIDEST, ZONES, cut
from program.project.definition import NETWORK, Project
from program.project.setting import boundary_setting, setting
from program.project.settings import ProjectSettings
from program.project.values import Cidr, OrAbsent, PolicyArn, Texts


class Settings(ProjectSettings):
    """What one stack asks for: the one definition of every setting of the network."""

    project: ClassVar[Project] = NETWORK

    vpc_cidr: Cidr = setting(
        about="The VPC's IPv4 range, which is no other network's.",
        allowed=f"an IPv4 range such as 10.0.0.0/16, from /{WIDEST} to /{NARROWEST}",
        not_compared="each network has a range of its own",
    )
    availability_zones: Texts = setting(
        about="The availability zones of the region in which the subnets are.",
        allowed=f"a list of {ZONES} availability zones",
        not_compared="each region has its own",
    )
    nat_gateways: int = setting(
        0,
        about="The NAT gateways by which private subnets reach the internet: none, one, or one in each zone (3).",
        allowed="a whole number of NAT gateways",
        place="network.natGateways",
    )
    log_retention_days: int = setting(
        30,
        about="Days that the flow log keeps its events.",
        allowed="a number of days that CloudWatch Logs knows",
        place="logging.retentionDays",
        ge=1,
    )
    permissions_boundary: Annotated[PolicyArn | None, OrAbsent] = boundary_setting("the flow log's role")

    @property
    def vpc_range(self) -> ipaddress.IPv4Network:
        """Return the VPC's range; raise ValueError where it is none."""
        return ipaddress.IPv4Network(self.vpc_cidr)

    @property
    def given_network(self) -> dict[str, JsonValue]:
        """Return what stands in each network in the same place, whatever its range and its region's zones are."""
        ranges = cut(self.vpc_cidr)
        return {
            "vpcCidr": self.vpc_cidr,
            "privateCidrs": list(ranges.private),
            "publicCidrs": list(ranges.public),
            "availabilityZones": list(self.availability_zones),
        }
