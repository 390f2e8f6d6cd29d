"""Turn the string map that Pulumi gives a program into typed settings, or into every reason it can't be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from policies.limits import DataProtection
from policies.naming import LONGEST_PREFIX, LONGEST_SUFFIX, NAME_PART
from policies.schema import suggest
from program.errors import Problem, SettingsError
from program.manifest.canonical import JsonValue
from program.manifest.implied import NAME_PREFIX
from program.service.naming import PREFIX, Names
from program.service.project import full_key, project_name
from program.service.setting import setting

REGION_KEY = "aws:region"
SUFFIX_VARIABLE = "ENVIRONMENT_SUFFIX"
DATABASE_PORT = 5432
# The role that the app connects as; the first rotation makes it.
DATABASE_USERNAME = "app_user"
_OF_THE_NETWORK = "a fact of the environment's network"
# The most of a value that a message repeats.
_LONGEST = 100
# Namespaces whose keys belong to the provider or to Pulumi itself, and the keys of theirs that a stack file may have.
_FOREIGN_NAMESPACES = ("aws:", "pulumi:")
_FOREIGN_KEYS = (REGION_KEY, "aws:allowedAccountIds")
_CREDENTIALS = frozenset({"aws:accessKey", "aws:secretKey", "aws:token", "aws:profile", "aws:sharedCredentialsFiles"})


def _decoded(value: object) -> object:
    """Decode an array, which Pulumi hands over as JSON text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def _absent_when_empty(value: object) -> object:
    return None if value == "" else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_decoded)]
_OrAbsent = BeforeValidator(_absent_when_empty)
StackName = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+/[\w.-]+$")]
VpcId = Annotated[str, Field(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$")]
GroupId = Annotated[str, Field(pattern=r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$")]
Cidr = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$")]
PolicyArn = Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:policy/[\w+=,.@/-]+$")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Settings(BaseModel):
    """What one stack asks for: the one definition of every setting.

    Pulumi.yaml's block, the limits that hold for a setting (those of its name) and its place in the manifest all follow
    from here; the check says where Pulumi.yaml doesn't.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    region: str = setting(
        about="The region; a stack file has it as aws:region.",
        allowed="an AWS region such as us-east-1",
        not_compared="the environment's own",
        pattern=r"^[a-z]{2}(-[a-z]+)+-\d$",
    )
    environment: str = setting(
        about="The environment whose limits hold, a key of environments in policies/environments.yaml.",
        allowed="up to 16 lower-case letters and digits",
        not_compared="stands beside the configuration",
        pattern=r"^[a-z][a-z0-9]{0,15}$",
    )
    name_prefix: str = setting(
        PREFIX,
        about="Stands before the service in every physical name, so that projects can share an account.",
        allowed=f"empty, or up to {LONGEST_PREFIX} lower-case letters, digits and single hyphens, a letter first",
        place=NAME_PREFIX,
        pattern=rf"^({NAME_PART})?$",
        max_length=LONGEST_PREFIX,
    )
    environment_suffix: str = setting(
        about="Ends every physical name, so that copies can live side by side. ENVIRONMENT_SUFFIX goes before it.",
        allowed=f"up to {LONGEST_SUFFIX} lower-case letters, digits and single hyphens",
        not_compared="each copy has its own",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=LONGEST_SUFFIX,
    )
    docker_image_uri: str = setting(
        about="The app's image, by digest (registry/repository@sha256:...).",
        allowed="an image by digest: registry/repository@sha256:<64 hex digits>",
        place="docker.imageUri",
        pattern=r"^[a-z0-9.-]+(:\d+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$",
    )
    networking_stack_ref: Annotated[StackName | None, _OrAbsent] = setting(
        "",
        about="The stack whose outputs are the network (organization/networking-stack/<env>). Empty when vpcId is set.",
        allowed="a stack's full name: organization/project/stack",
        not_compared=_OF_THE_NETWORK,
    )
    vpc_id: Annotated[VpcId | None, _OrAbsent] = setting(
        "",
        about="A VPC that Pulumi doesn't manage, in place of networkingStackRef.",
        allowed="a VPC's id: vpc-<hex digits>",
        not_compared=_OF_THE_NETWORK,
    )
    vpc_cidr: Annotated[Cidr | None, _OrAbsent] = setting(
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
    endpoint_security_group_id: Annotated[GroupId | None, _OrAbsent] = setting(
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
        pattern=r"^\d+\.\d+$",
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
    permissions_boundary: Annotated[PolicyArn | None, _OrAbsent] = setting(
        "",
        about="The managed policy that limits every role of the stack. Empty for the one that the foundation makes.",
        allowed="a managed policy's ARN: arn:aws:iam::<account>:policy/<name>",
        not_compared="each account has its own",
    )
    alarm_email: Annotated[Email | None, _OrAbsent] = setting(
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
    def names(self) -> Names:
        """Return the names of this copy of the system."""
        return Names(
            project=project_name(),
            prefix=self.name_prefix,
            environment=self.environment,
            suffix=self.environment_suffix,
        )

    @property
    def image_repository(self) -> str:
        """Return the image's repository, without the registry, which belongs to a region and an account."""
        return self.docker_image_uri.partition("/")[2].partition("@")[0]

    @property
    def image_digest(self) -> str:
        """Return the image's digest, `sha256:<hex>`."""
        return self.docker_image_uri.partition("@")[2]


def config_key(field: str) -> str:
    """Return the config key of a settings field or of its alias, for example `orders:lambdaMemory`."""
    return REGION_KEY if field == "region" else full_key(to_camel(field))


def known_keys() -> list[str]:
    """Return the config keys of all settings, sorted."""
    return sorted(config_key(field) for field in Settings.model_fields)


def secret_keys() -> frozenset[str]:
    """Return the config keys that a stack file may keep encrypted: what is never shown, and never compared."""
    return frozenset(config_key(name) for name, field in Settings.model_fields.items() if not field.repr)


def parse_settings(config: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Parse Pulumi's config map; the process's environment may set the suffix.

    Raises SettingsError with every problem at once.
    """
    values: dict[str, str] = {}
    problems: list[Problem] = []
    known = {config_key(field): to_camel(field) for field in Settings.model_fields}
    for key, value in config.items():
        if key in known:
            values[known[key]] = value
        elif key not in _FOREIGN_KEYS:
            problems.append(Problem(key, _unknown(key, sorted(known))))
    if suffix := environment.get(SUFFIX_VARIABLE):
        values["environmentSuffix"] = suffix
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_url=False)]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _unknown(key: str, known: list[str]) -> str:
    if key in _CREDENTIALS:
        return f"{key} is a credential, which no stack file may hold; remove it: a deployment has its role's own"
    if key.startswith(_FOREIGN_NAMESPACES):
        allowed = " and ".join(_FOREIGN_KEYS)
        return (
            f"{key} can move every resource elsewhere; remove it: of these keys a stack file may have {allowed} alone"
        )
    return f"unknown key {key!r}{suggest(key, known)}"


def _problem(detail: ErrorDetails) -> Problem:
    alias = str(detail["loc"][0])
    key = config_key(alias)
    if detail["type"] == "missing":
        return Problem(key, f"{key} is missing; add it to the stack file")
    allowed = next(field.description for name, field in Settings.model_fields.items() if alias in (name, field.alias))
    # Encrypted or not: a value that only a stack file may show is no part of a message.
    found = "has a value that is not shown" if key in secret_keys() else f"is {cut(repr(detail['input']))}"
    return Problem(key, f"{key} {found}; it must be {allowed}")


def cut(text: str) -> str:
    """Return the text, cut where it is too long for a message."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
