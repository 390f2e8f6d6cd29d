"""The record of every connection in the VPC, taken or refused."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudwatch, ec2, iam, kms

from program.network.key_policy import key_policy
from program.project.iam import Arns, allow, document, trust
from program.project.naming import Names

# As AWS asks for where the group is there already: VPC Flow Logs makes its streams, one for each interface.
_WRITING = ("logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents")


class FlowLogComponent(pulumi.ComponentResource):
    """The flow log, in a group that is encrypted with a key of its own, written by a role that may do no more."""

    def __init__(
        self,
        name: str,
        *,
        network: ec2.Vpc,
        names: Names,
        arns: Arns,
        retention_days: int,
        deletion_window_days: int,
        boundary: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the key, the group and the role before the log that needs them."""
        super().__init__("tap:components:FlowLog", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group_name = f"/aws/vpc/{names.physical('network', 'flow-log')}"
        key = kms.Key(
            f"{name}-key",
            description=f"The flow log of {names.physical('network', 'vpc')}.",
            enable_key_rotation=True,
            deletion_window_in_days=deletion_window_days,
            policy=key_policy(arns, names, group_name),
            tags=names.tags,
            opts=child,
        )
        kms.Alias(
            f"{name}-key-alias",
            name=f"alias/{names.physical('network', 'key')}",
            target_key_id=key.key_id,
            opts=child,
        )
        group = cloudwatch.LogGroup(
            f"{name}-events",
            name=group_name,
            retention_in_days=retention_days,
            kms_key_id=key.arn,
            deletion_protection_enabled=False,
            skip_destroy=False,
            tags=names.tags,
            opts=child,
        )
        role = iam.Role(
            f"{name}-role",
            name=names.physical("network", "flow-log-role"),
            description="VPC Flow Logs writes by it, into one group.",
            assume_role_policy=trust(
                "vpc-flow-logs.amazonaws.com",
                {
                    "StringEquals": {"aws:SourceAccount": arns.account},
                    "ArnLike": {"aws:SourceArn": arns.flow_log("*")},
                },
            ),
            permissions_boundary=boundary,
            tags=names.tags,
            opts=child,
        )
        policy = iam.RolePolicy(
            f"{name}-policy",
            name=names.physical("network", "flow-log-policy"),
            role=role.id,
            policy=document(
                allow("WriteTheLog", _WRITING, [pulumi.Output.concat(arns.log_group(group_name), ":*")]),
            ),
            opts=child,
        )
        ec2.FlowLog(
            f"{name}-delivery",
            vpc_id=network.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=600,
            tags={**names.tags, "Name": names.physical("network", "flow-log")},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.register_outputs({})
