"""Aurora PostgreSQL: private, encrypted with the stack's key, logging to a group that the stack owns."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, ec2, iam, rds, vpc

from policies.limits import DatabaseEngine
from program.project.iam import Arns, allow, document, trust
from program.service.components.foundation import Foundation
from program.service.settings import DATABASE_PORT

MASTER_USERNAME = "parityowner"
# Seconds between two samples of Enhanced Monitoring.
MONITORING_INTERVAL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseArgs:
    """What the database is asked to be."""

    name: str
    engine: DatabaseEngine
    engine_version: str
    instance_class: str
    instances: int
    backup_retention_days: int
    log_statement: str


class DatabaseComponent(pulumi.ComponentResource):
    """The cluster with its instances, parameters, network and logs."""

    cluster: rds.Cluster
    instances: tuple[rds.ClusterInstance, ...]
    security_group: ec2.SecurityGroup
    endpoint: pulumi.Output[str]
    master_secret_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: DatabaseArgs,
        *,
        foundation: Foundation,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the cluster, after everything that AWS would otherwise make by itself."""
        super().__init__("tap:components:Database", name, None, opts)
        self._name, self._args, self._foundation = name, args, foundation
        self._child = pulumi.ResourceOptions(parent=self)
        self.security_group = self._security_group()
        self._parameters = self._instance_parameters()
        self.cluster = self._cluster(self._log_group())
        self.instances = self._instances()
        self.endpoint = self.cluster.endpoint
        self.master_secret_arn = self.cluster.master_user_secrets[0].secret_arn
        self.register_outputs({"endpoint": self.endpoint})

    def admit(self, client: str, security_group: ec2.SecurityGroup) -> vpc.SecurityGroupIngressRule:
        """Let the members of the security group connect."""
        return vpc.SecurityGroupIngressRule(
            f"{self._name}-ingress-{client}",
            security_group_id=self.security_group.id,
            description=f"From the {client} function.",
            ip_protocol="tcp",
            from_port=DATABASE_PORT,
            to_port=DATABASE_PORT,
            referenced_security_group_id=security_group.id,
            tags=self._foundation.names.tags,
            opts=self._child,
        )

    def _security_group(self) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            f"{self._name}-security-group",
            name=self._foundation.names.physical("db", "security-group"),
            description="The database; who may connect is a rule of its own for each client.",
            vpc_id=self._foundation.network.vpc_id,
            tags=self._foundation.names.tags,
            opts=self._child,
        )

    def _log_group(self) -> cloudwatch.LogGroup:
        # RDS makes this group by itself, kept for ever and without our key, unless it is there first.
        foundation = self._foundation
        return cloudwatch.LogGroup(
            f"{self._name}-logs",
            name=f"/aws/rds/cluster/{foundation.names.physical('db', 'cluster')}/postgresql",
            retention_in_days=foundation.log_retention_days,
            kms_key_id=foundation.key.arn,
            deletion_protection_enabled=foundation.protection.protected,
            skip_destroy=False,
            tags=foundation.names.tags,
            opts=self._stateful(),
        )

    def _cluster(self, log_group: cloudwatch.LogGroup) -> rds.Cluster:
        args, foundation, names = self._args, self._foundation, self._foundation.names
        protected = foundation.protection.protected
        may_upgrade = args.engine.major_upgrade or None
        return rds.Cluster(
            f"{self._name}-cluster",
            cluster_identifier=names.physical("db", "cluster"),
            engine=rds.EngineType.AURORA_POSTGRESQL,
            engine_mode="provisioned",
            engine_version=args.engine_version,
            allow_major_version_upgrade=may_upgrade,
            # Told to AWS when it changes: with a new family, for which the instances need a group that is named.
            db_instance_parameter_group_name=self._parameters.name,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            database_name=args.name,
            port=DATABASE_PORT,
            db_subnet_group_name=self._subnet_group().name,
            vpc_security_group_ids=[self.security_group.id],
            db_cluster_parameter_group_name=self._cluster_parameters().name,
            master_username=MASTER_USERNAME,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=foundation.key.arn,
            iam_database_authentication_enabled=True,
            storage_encrypted=True,
            kms_key_id=foundation.key.arn,
            backup_retention_period=args.backup_retention_days,
            copy_tags_to_snapshot=True,
            enabled_cloudwatch_logs_exports=["postgresql"],
            skip_final_snapshot=not protected,
            final_snapshot_identifier=names.physical("db", "final-snapshot") if protected else None,
            deletion_protection=protected,
            delete_automated_backups=not protected,
            apply_immediately=True,
            tags=names.tags,
            opts=pulumi.ResourceOptions.merge(self._stateful(), pulumi.ResourceOptions(depends_on=[log_group])),
        )

    def _subnet_group(self) -> rds.SubnetGroup:
        return rds.SubnetGroup(
            f"{self._name}-subnets",
            name=self._foundation.names.physical("db", "subnets"),
            description="The private subnets, one per availability zone.",
            subnet_ids=self._foundation.network.private_subnet_ids,
            tags=self._foundation.names.tags,
            opts=self._child,
        )

    def _cluster_parameters(self) -> rds.ClusterParameterGroup:
        parameters = {
            "log_min_duration_statement": "1000",
            "log_statement": self._args.log_statement,
            "password_encryption": "scram-sha-256",
            "rds.accepted_password_auth_method": "scram",
            "rds.force_ssl": "1",
        }
        return rds.ClusterParameterGroup(
            f"{self._name}-cluster-parameters",
            name=self._physical_of_family("cluster-parameters"),
            description="TLS and SCRAM only; statements are logged.",
            family=self._args.engine.family,
            parameters=[
                rds.ClusterParameterGroupParameterArgs(name=key, value=value, apply_method="immediate")
                for key, value in parameters.items()
            ],
            tags=self._foundation.names.tags,
            opts=self._child,
        )

    def _instance_parameters(self) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            f"{self._name}-instance-parameters",
            name=self._physical_of_family("instance-parameters"),
            description="Statement statistics on every instance.",
            family=self._args.engine.family,
            parameters=[
                # A static parameter: AWS refuses "immediate" for it.
                rds.ParameterGroupParameterArgs(
                    name="shared_preload_libraries", value="pg_stat_statements", apply_method="pending-reboot"
                )
            ],
            tags=self._foundation.names.tags,
            opts=self._child,
        )

    def _physical_of_family(self, kind: str) -> str:
        # A group in use can't go before its cluster has another: of another family, it has another name beside it.
        return self._foundation.names.physical("db", f"{kind}-{self._args.engine.major}")

    def _instances(self) -> tuple[rds.ClusterInstance, ...]:
        args, foundation, names = self._args, self._foundation, self._foundation.names
        role, policy = self._monitoring_role()
        return tuple(
            rds.ClusterInstance(
                f"{self._name}-instance-{number}",
                identifier=names.physical("db", f"instance-{number}"),
                cluster_identifier=self.cluster.id,
                engine=rds.EngineType.AURORA_POSTGRESQL,
                engine_version=args.engine_version,
                instance_class=args.instance_class,
                db_parameter_group_name=self._parameters.name,
                publicly_accessible=False,
                # A minor version moves by a reviewed change of every stack; AWS moving one alone is drift.
                auto_minor_version_upgrade=False,
                copy_tags_to_snapshot=True,
                performance_insights_enabled=True,
                performance_insights_kms_key_id=foundation.key.arn,
                monitoring_interval=MONITORING_INTERVAL,
                monitoring_role_arn=role.arn,
                apply_immediately=True,
                tags=names.tags,
                opts=pulumi.ResourceOptions.merge(self._stateful(), pulumi.ResourceOptions(depends_on=[policy])),
            )
            for number in range(args.instances)
        )

    def _monitoring_role(self) -> tuple[iam.Role, iam.RolePolicy]:
        names, arns = self._foundation.names, self._foundation.arns
        role = iam.Role(
            f"{self._name}-monitoring-role",
            name=names.physical("db", "monitoring-role"),
            description="Enhanced Monitoring writes the instances' operating system metrics with it.",
            assume_role_policy=trust("monitoring.rds.amazonaws.com", _only_our_instances(arns, self._foundation)),
            permissions_boundary=self._foundation.boundary,
            tags=names.tags,
            opts=self._child,
        )
        # CloudWatch Logs compares all but tagging with the group's ARN and `:*`.
        group = arns.log_group("RDSOSMetrics:*")
        policy = iam.RolePolicy(
            f"{self._name}-monitoring-policy",
            name=names.physical("db", "monitoring-policy"),
            role=role.id,
            policy=document(
                allow(
                    "WriteMetrics",
                    [
                        "logs:CreateLogGroup",
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:GetLogEvents",
                        "logs:PutLogEvents",
                        "logs:PutRetentionPolicy",
                    ],
                    [group],
                )
            ),
            opts=self._child,
        )
        return role, policy

    def _stateful(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, protect=self._foundation.protection.protected)


def _only_our_instances(arns: Arns, foundation: Foundation) -> dict[str, object]:
    instances = arns.database_instance(foundation.names.physical("db", "instance-*"))
    return {
        "StringEquals": {"aws:SourceAccount": arns.account},
        "ArnLike": {"aws:SourceArn": instances},
    }
