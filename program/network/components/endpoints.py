"""The endpoints by which functions in private subnets reach AWS's services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import ec2, vpc

from program.network.endpoints import Service
from program.project.iam import Arns, Statement, document, grant
from program.project.naming import Names

HTTPS_PORT = 443


class EndpointsComponent(pulumi.ComponentResource):
    """An interface in each private subnet for each service, under the service's ordinary name."""

    security_group: ec2.SecurityGroup

    def __init__(
        self,
        name: str,
        services: Mapping[str, Service],
        *,
        network: ec2.Vpc,
        subnets: Sequence[ec2.Subnet],
        names: Names,
        arns: Arns,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the endpoints in one security group, which lets in HTTPS from the VPC and nothing out."""
        super().__init__("tap:components:Endpoints", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.security_group = ec2.SecurityGroup(
            f"{name}-security-group",
            name=names.physical("network", "endpoints-security-group"),
            description="The endpoints of services of AWS; its rules are resources of their own.",
            vpc_id=network.id,
            tags=names.tags,
            opts=child,
        )
        ingress = vpc.SecurityGroupIngressRule(
            f"{name}-ingress-https",
            security_group_id=self.security_group.id,
            description="HTTPS from within the VPC.",
            ip_protocol="tcp",
            from_port=HTTPS_PORT,
            to_port=HTTPS_PORT,
            cidr_ipv4=network.cidr_block,
            tags=names.tags,
            opts=child,
        )
        for service, what in services.items():
            ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=network.id,
                service_name=f"com.amazonaws.{arns.region}.{service}",
                vpc_endpoint_type="Interface",
                # So the SDK finds it by the name that it always asks for.
                private_dns_enabled=True,
                subnet_ids=[subnet.id for subnet in subnets],
                security_group_ids=[self.security_group.id],
                policy=endpoint_policy(what, arns),
                tags={**names.tags, "Name": names.physical("network", f"{service}-endpoint")},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[ingress]),
            )
        self.register_outputs({"securityGroupId": self.security_group.id})


def endpoint_policy(service: Service, arns: Arns) -> pulumi.Output[str]:
    """Return what the endpoint lets through: the account's own principals, on the account's own resources.

    Code that is taken over can't carry data through it to another account.
    """
    own: Mapping[str, Any] = {"aws:PrincipalAccount": arns.account}
    statements: list[Statement] = [
        grant(
            "OfThisAccount",
            {"AWS": "*"},
            service.of_account,
            "*",
            {"StringEquals": {**own, "aws:ResourceAccount": arns.account}},
        )
    ]
    if service.without_resource:
        statements.append(grant("WithoutResource", {"AWS": "*"}, service.without_resource, "*", {"StringEquals": own}))
    return document(*statements)
