"""What one stack of the service asks for."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from policies.limits import DataProtection
from program.manifest.canonical import JsonValue
from program.project.definition import SERVICE, Project
from program.project.setting import boundary_setting, setting
from program.project.settings import ProjectSettings
from program.project.values import Cidr, OrAbsent, PolicyArn, StackName, Texts

DATABASE_PORT = 5432
# The role that the app connects as; the first rotation makes it.
DATABASE_USERNAME = "app_user"
# Ends the logical name of the secret's version that the program puts, and that rotation leaves behind.
BOOTSTRAP = "bootstrap"
_OF_THE_NETWORK = "a fact of the environment's network"


VpcId = Annotated[str, Field(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$")]
GroupId = Annotated[str, Field(pattern=r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Settings(ProjectSettings):
    """Every setting of the service beside those that each project has."""

    project: ClassVar[Project] = SERVICE

    docker_image_uri: str = setting(
        about="The app's image, by digest (registry/repository@sha256:...).",
        allowed="an image by digest: registry/repository@sha256:<64 hex digits>",
        place="docker.imageUri",
        pattern=r"^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$",
    )
    networking_stack_ref: Annotated[StackName | None, OrAbsent] = setting(
        "",
        about="The stack whose outputs are the network (organization/networking-stack/<env>). Empty when vpcId is set.",
        allowed="a stack's full name: organization/project/stack",
        not_compared=_OF_THE_NETWORK,
    )
    vpc_id: Annotated[VpcId | None, OrAbsent] = setting(
        "",
        about="A VPC that Pulumi doesn't manage, in place of networkingStackRef.",
        allowed="a VPC's id: vpc-<hex digits>",
        not_compared=_OF_THE_NETWORK,
    )
    vpc_cidr: Annotated[Cidr | None, OrAbsent] = setting(
        "",
        about="That VPC's IPv4 range.",
        allowed="an IPv4 range such as 10.0.0.0/16",
        not_compared=_OF_THE_NETWORK,
    )
    private_subnet_ids: Texts = setting(
        (),
        about="That VPC's private subnets, one per availability zone.",
        allowed="a list of subnet ids",
        not_compared=_OF_THE_NETWORK,
    )
    public_subnet_ids: Texts = setting(
        (),
        about="That VPC's public subnets. Nothing of this program runs in them.",
        allowed="a list of subnet ids",
        not_compared=_OF_THE_NETWORK,
    )
    availability_zones: Texts = setting(
        (),
        about="The availability zones of those subnets.",
        allowed="a list of availability zones",
        not_compared=_OF_THE_NETWORK,
    )
    endpoint_security_group_id: Annotated[GroupId | None, OrAbsent] = setting(
        "",
        about="The security group of that VPC's interface endpoints, where it has them.",
        allowed="a security group's id: sg-<hex digits>",
        not_compared=_OF_THE_NETWORK,
    )
    egress: Literal["vpc", "nat"] = setting(
        "vpc",
        about="How functions reach Secrets Manager, by an endpoint in the VPC (vpc) or by a NAT gateway (nat).",
        allowed="vpc or nat",
        place="networking.egress",
    )
    lambda_memory: int = setting(
        about="The app function's memory in MB.", allowed="a whole number of MB", place="lambda.memory"
    )
    lambda_cpu: str = setting(
        about="The vCPUs that the memory is meant to give; sets the reserved concurrency.",
        allowed="a number of vCPUs, in quotes",
        place="lambda.cpu",
    )
    lambda_timeout_seconds: int = setting(
        30,
        about="The app function's timeout in seconds.",
        allowed="1 to 900 seconds",
        place="lambda.timeoutSeconds",
        ge=1,
        le=900,
    )
    lambda_architecture: Literal["arm64", "x86_64"] = setting(
        "arm64",
        about="The architecture that the image is built for (arm64 or x86_64).",
        allowed="arm64 or x86_64",
        place="lambda.architecture",
    )
    database_instance_class: str = setting(
        about="The class of every Aurora instance.",
        allowed="an Aurora instance class such as db.r6g.large",
        place="database.instanceClass",
        pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$",
    )
    database_instances: int = setting(
        about="The number of Aurora instances; the first is the writer.",
        allowed="1 to 16 instances (one writer, up to 15 readers)",
        place="database.instances",
        ge=1,
        le=16,
    )
    database_engine_version: str = setting(
        "15.17",
        about="The Aurora PostgreSQL version.",
        allowed="an Aurora PostgreSQL version",
        place="database.engineVersion",
        pattern=r"^[0-9]+\.[0-9]+$",
    )
    database_name: str = setting(
        "app",
        about="The database, and the prefix of its roles.",
        allowed="up to 31 lower-case letters, digits and _",
        place="database.name",
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
    )
    log_statement: Literal["none", "ddl", "mod", "all"] = setting(
        "all",
        about="PostgreSQL's log_statement.",
        allowed="none, ddl, mod or all",
        place="database.logStatement",
    )
    backup_retention_days: int = setting(
        7,
        about="Days that automated backups are kept.",
        allowed="1 to 35 days",
        place="backup.retentionDays",
        ge=1,
        le=35,
    )
    log_retention_days: int = setting(
        30,
        about="Days that every log group keeps its events.",
        allowed="a number of days that CloudWatch Logs knows",
        place="logging.retentionDays",
        ge=1,
    )
    secret_rotation_days: int = setting(
        30,
        about="Days between two rotations of the app's database credential.",
        allowed="1 to 1000 days",
        place="secrets.rotationDays",
        ge=1,
        le=1000,
    )
    data_protection: DataProtection = setting(
        "ephemeral",
        about="ephemeral (all can be destroyed) or protected (nothing that holds data can).",
        allowed="ephemeral or protected",
        place="dataProtection",
    )
    error_threshold: int = setting(
        about="Errors of the app function in five minutes that raise its alarm.",
        allowed="a whole number of errors",
        place="monitoring.errorThreshold",
    )
    latency_threshold: int = setting(
        about="The app function's p95 duration in milliseconds that raises its alarm.",
        allowed="a whole number of milliseconds",
        place="monitoring.latencyThreshold",
    )
    connections_threshold: int = setting(
        about="Database connections that raise the alarm.",
        allowed="a whole number of connections",
        place="monitoring.connectionsThreshold",
    )
    database_cpu_threshold: int = setting(
        80,
        about="The writer's CPU in percent that raises the alarm.",
        allowed="1 to 100 percent",
        place="monitoring.databaseCpuThreshold",
        ge=1,
        le=100,
    )
    permissions_boundary: Annotated[PolicyArn | None, OrAbsent] = boundary_setting("every role of the stack")
    alarm_email: Annotated[Email | None, OrAbsent] = setting(
        "",
        about="An address that every alarm is sent to. Empty for none.",
        allowed="an e-mail address",
        not_compared="a person's; the manifest says whether there is one",
        repr=False,
    )

    @property
    def given_network(self) -> dict[str, JsonValue]:
        """Return the outputs that a networking stack has, for a VPC that Pulumi doesn't manage."""
        return {
            "vpcId": self.vpc_id,
            "vpcCidr": self.vpc_cidr,
            "privateSubnetIds": list(self.private_subnet_ids),
            "publicSubnetIds": list(self.public_subnet_ids),
            "availabilityZones": list(self.availability_zones),
            "endpointSecurityGroupId": self.endpoint_security_group_id,
        }

    @property
    def image_repository(self) -> str:
        """Return the image's repository, without the registry, which belongs to a region and an account."""
        return self.docker_image_uri.partition("/")[2].partition("@")[0]

    @property
    def image_digest(self) -> str:
        """Return the image's digest, `sha256:<hex>`."""
        return self.docker_image_uri.partition("@")[2]
