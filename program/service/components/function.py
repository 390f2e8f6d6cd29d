"""What a function in the VPC needs around it, made before it: role, security group, way out, log group."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch, ec2, iam, lambda_, vpc

from program.project.iam import Statement, allow, document, trust
from program.service.components.foundation import Foundation
from program.service.settings import DATABASE_PORT

HTTPS_PORT = 443
_NETWORK_INTERFACE_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:UnassignPrivateIpAddresses",
)


class FunctionHost(pulumi.ComponentResource):
    """The least that a function in the VPC needs: it can log, trace, reach the database and AWS's APIs."""

    function_name: str
    security_group: ec2.SecurityGroup
    role: iam.Role
    log_group: cloudwatch.LogGroup
    way_out: tuple[vpc.SecurityGroupEgressRule, ...]
    vpc_config: lambda_.FunctionVpcConfigArgs
    logging_config: lambda_.FunctionLoggingConfigArgs
    tracing_config: lambda_.FunctionTracingConfigArgs

    def __init__(
        self,
        name: str,
        *,
        service: str,
        database_security_group_id: pulumi.Input[str],
        foundation: Foundation,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make all that can be made before the function; `grant` adds what its code needs."""
        super().__init__("tap:components:FunctionHost", name, None, opts)
        self._name = name
        self._foundation = foundation
        names, child = foundation.names, pulumi.ResourceOptions(parent=self)
        self._policy_name = names.physical(service, "policy")
        self.function_name = names.physical(service, "function")
        self.log_group = cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{self.function_name}",
            retention_in_days=foundation.log_retention_days,
            kms_key_id=foundation.key.arn,
            deletion_protection_enabled=foundation.protection.protected,
            skip_destroy=False,
            tags=names.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=foundation.protection.protected),
        )
        self.role = iam.Role(
            f"{name}-role",
            name=names.physical(service, "role"),
            description=f"The {service} function's own rights, and no more.",
            assume_role_policy=trust("lambda.amazonaws.com"),
            permissions_boundary=foundation.boundary,
            tags=names.tags,
            opts=child,
        )
        self.security_group = ec2.SecurityGroup(
            f"{name}-security-group",
            name=names.physical(service, "security-group"),
            description=f"The {service} function; its rules are resources of their own.",
            vpc_id=foundation.network.vpc_id,
            tags=names.tags,
            opts=child,
        )
        self.way_out = (
            self._egress("database", DATABASE_PORT, database_security_group_id, None),
            self._egress(
                "https",
                HTTPS_PORT,
                foundation.network.endpoint_security_group_id,
                foundation.network.https_cidr,
            ),
        )
        self.vpc_config = lambda_.FunctionVpcConfigArgs(
            subnet_ids=foundation.network.private_subnet_ids, security_group_ids=[self.security_group.id]
        )
        self.logging_config = lambda_.FunctionLoggingConfigArgs(log_format="JSON", log_group=self.log_group.name)
        self.tracing_config = lambda_.FunctionTracingConfigArgs(mode="Active")
        self.register_outputs({})

    def grant(self, *statements: Statement) -> iam.RolePolicy:
        """Give the role the statements, beside what every function in the VPC needs."""
        return iam.RolePolicy(
            f"{self._name}-policy",
            name=self._policy_name,
            role=self.role.id,
            policy=document(*self._base_statements(), *statements),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _egress(
        self,
        purpose: str,
        port: int,
        group_id: pulumi.Input[str | None],
        cidr: pulumi.Input[str | None],
    ) -> vpc.SecurityGroupEgressRule:
        return vpc.SecurityGroupEgressRule(
            f"{self._name}-egress-{purpose}",
            security_group_id=self.security_group.id,
            description=f"To {purpose}.",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            referenced_security_group_id=group_id,
            cidr_ipv4=cidr,
            tags=self._foundation.names.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _base_statements(self) -> Sequence[Statement]:
        arns = self._foundation.arns
        function_arn = arns.function(self.function_name)
        streams = pulumi.Output.concat(arns.log_group(f"/aws/lambda/{self.function_name}"), ":*")
        return (
            allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [streams]),
            # X-Ray and the Describe call of EC2 know no resources; Lambda makes the network interfaces
            # with this role, and the second statement keeps the function's own code from doing so.
            allow("Trace", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
            allow("AttachToVpc", _NETWORK_INTERFACE_ACTIONS, ["*"]),
            {
                "Sid": "AttachToVpcNotFromCode",
                "Effect": "Deny",
                "Action": list(_NETWORK_INTERFACE_ACTIONS),
                "Resource": ["*"],
                "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
            },
            allow(
                "DecryptEnvironment",
                ["kms:Decrypt"],
                [self._foundation.key.arn],
                {"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": function_arn}},
            ),
        )
