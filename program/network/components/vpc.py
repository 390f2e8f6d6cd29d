"""The VPC itself, without a way in or out."""

from __future__ import annotations

import pulumi
from pulumi_aws import ec2

from program.project.naming import Names


class VpcComponent(pulumi.ComponentResource):
    """A VPC that answers names by its own DNS, and whose default security group lets nothing through."""

    vpc: ec2.Vpc

    def __init__(self, name: str, cidr: str, *, names: Names, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the VPC, and take the rules from the group that AWS makes in it."""
        super().__init__("tap:components:Vpc", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.vpc = ec2.Vpc(
            f"{name}-network",
            cidr_block=cidr,
            instance_tenancy="default",
            # The endpoints' private names need both.
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={**names.tags, "Name": names.physical("network", "vpc")},
            opts=child,
        )
        # Whatever is made without a group gets this one. Without rules here the provider removes those that AWS makes.
        # It stays without tags: who may tag groups that have none could take any other of them.
        ec2.DefaultSecurityGroup(
            f"{name}-default-security-group",
            vpc_id=self.vpc.id,
            opts=child,
        )
        self.register_outputs({"vpcId": self.vpc.id})
