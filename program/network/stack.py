"""One environment's network: settings in, a VPC and what a service must know of it out."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from policies.limits import Limits, limits
from program.errors import SettingsError
from program.network.components.endpoints import EndpointsComponent
from program.network.components.flow_log import FlowLogComponent
from program.network.components.subnets import SubnetsArgs, SubnetsComponent
from program.network.components.vpc import VpcComponent
from program.network.cutting import cut
from program.network.endpoints import SERVICES
from program.network.settings import Settings
from program.network.validation import validate
from program.project.configuration import configuration_manifest, encrypted, exported
from program.project.deployment import SettingsRefused, asked_for, export
from program.project.iam import Arns


class NetworkStack(pulumi.ComponentResource):
    """The network of one environment."""

    def __init__(self, name: str, settings: Settings, limits: Limits) -> None:
        """Make every component, each from its own settings and what stands before it."""
        super().__init__("tap:stack:NetworkStack", name)
        child = pulumi.ResourceOptions(parent=self)
        names = settings.names
        arns = Arns(region=settings.region, account=aws.get_caller_identity_output().account_id)
        vpc = VpcComponent("vpc", settings.vpc_cidr, names=names, opts=child).vpc
        subnets = SubnetsComponent(
            "subnets",
            SubnetsArgs(
                zones=settings.availability_zones,
                ranges=cut(settings.vpc_cidr),
                nat_gateways=settings.nat_gateways,
            ),
            vpc=vpc,
            names=names,
            opts=child,
        )
        endpoints = EndpointsComponent(
            "endpoints", SERVICES, network=vpc, subnets=subnets.private, names=names, arns=arns, opts=child
        )
        window = limits.common.kms_deletion_window_days.ephemeral
        FlowLogComponent(
            "flow-log",
            network=vpc,
            names=names,
            arns=arns,
            retention_days=settings.log_retention_days,
            deletion_window_days=window,
            boundary=settings.permissions_boundary or arns.policy(names.deployers.boundary),
            opts=child,
        )
        manifest = configuration_manifest(
            settings, limits, {**encrypted(window), "network.endpoints": [*sorted(SERVICES)]}
        )
        # The first six are what a service reads of its network (program/service/components/networking.py).
        self.outputs: dict[str, pulumi.Input[Any]] = {
            "vpcId": vpc.id,
            "vpcCidr": vpc.cidr_block,
            "privateSubnetIds": [subnet.id for subnet in subnets.private],
            "publicSubnetIds": [subnet.id for subnet in subnets.public],
            "availabilityZones": list(settings.availability_zones),
            "endpointSecurityGroupId": endpoints.security_group.id,
            **exported(settings, manifest),
        }
        self.register_outputs(self.outputs)


def deploy() -> None:
    """Register one stack's resources from Pulumi's config; refuse settings before any resource exists."""
    try:
        settings = asked_for(Settings, validate)
    except SettingsError as error:
        raise SettingsRefused(error) from None
    export(NetworkStack("network", settings, limits()).outputs)
