"""Turn the string map that Pulumi gives a program into typed settings, or into every reason it can't be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from policies.limits import DataProtection
from policies.schema import suggest
from program.errors import Problem, SettingsError
from program.manifest.canonical import JsonValue
from program.service.naming import Names

PROJECT = "parity"
REGION_KEY = "aws:region"
SUFFIX_VARIABLE = "ENVIRONMENT_SUFFIX"
DATABASE_PORT = 5432
# The role that the app connects as; the first rotation makes it.
DATABASE_USERNAME = "app_user"
# Only what is never compared between stacks may be encrypted in a stack file.
SECRET_KEYS = frozenset({f"{PROJECT}:alarmEmail"})
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
    """What one stack asks for. Memory is in MB, latency in milliseconds, the CPU threshold in percent.

    A field's description says what is allowed, in the words of the error message.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="an AWS region such as us-east-1")
    environment: str = Field(pattern=r"^[a-z][a-z0-9]{0,15}$", description="up to 16 lower-case letters and digits")
    environment_suffix: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=20,
        description="up to 20 lower-case letters, digits and single hyphens",
    )
    docker_image_uri: str = Field(
        pattern=r"^[a-z0-9.-]+(:\d+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$",
        description="an image by digest: registry/repository@sha256:<64 hex digits>",
    )
    networking_stack_ref: Annotated[StackName | None, _OrAbsent] = Field(
        None, description="a stack's full name: organization/project/stack"
    )
    vpc_id: Annotated[VpcId | None, _OrAbsent] = Field(None, description="a VPC's id: vpc-<hex digits>")
    vpc_cidr: Annotated[Cidr | None, _OrAbsent] = Field(None, description="an IPv4 range such as 10.0.0.0/16")
    private_subnet_ids: Texts = Field((), description="a list of subnet ids")
    public_subnet_ids: Texts = Field((), description="a list of subnet ids")
    availability_zones: Texts = Field((), description="a list of availability zones")
    endpoint_security_group_id: Annotated[GroupId | None, _OrAbsent] = Field(
        None, description="a security group's id: sg-<hex digits>"
    )
    egress: Literal["vpc", "nat"] = Field("vpc", description="vpc or nat")
    lambda_memory: int = Field(description="a whole number of MB")
    lambda_cpu: str = Field(description="a number of vCPUs, in quotes")
    lambda_timeout_seconds: int = Field(30, ge=1, le=900, description="1 to 900 seconds")
    lambda_architecture: Literal["arm64", "x86_64"] = Field("arm64", description="arm64 or x86_64")
    database_instance_class: str = Field(
        pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$", description="an Aurora instance class such as db.r6g.large"
    )
    database_instances: int = Field(ge=1, le=16, description="1 to 16 instances (one writer, up to 15 readers)")
    database_engine_version: str = Field(pattern=r"^\d+\.\d+$", description="an Aurora PostgreSQL version")
    database_name: str = Field(
        "app", pattern=r"^[a-z][a-z0-9_]{0,30}$", description="up to 31 lower-case letters, digits and _"
    )
    log_statement: Literal["none", "ddl", "mod", "all"] = Field("all", description="none, ddl, mod or all")
    backup_retention_days: int = Field(ge=1, le=35, description="1 to 35 days")
    log_retention_days: int = Field(ge=1, description="a number of days that CloudWatch Logs knows")
    secret_rotation_days: int = Field(ge=1, le=1000, description="1 to 1000 days")
    data_protection: DataProtection = Field("ephemeral", description="ephemeral or protected")
    error_threshold: int = Field(description="a whole number of errors")
    latency_threshold: int = Field(description="a whole number of milliseconds")
    connections_threshold: int = Field(description="a whole number of connections")
    database_cpu_threshold: int = Field(ge=1, le=100, description="1 to 100 percent")
    permissions_boundary: Annotated[PolicyArn | None, _OrAbsent] = Field(
        None, description="a managed policy's ARN: arn:aws:iam::<account>:policy/<name>"
    )
    alarm_email: Annotated[Email | None, _OrAbsent] = Field(None, repr=False, description="an e-mail address")

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
        return Names(project=PROJECT, environment=self.environment, suffix=self.environment_suffix)

    @property
    def image_repository(self) -> str:
        """Return the image's repository, without the registry, which belongs to a region and an account."""
        return self.docker_image_uri.partition("/")[2].partition("@")[0]

    @property
    def image_digest(self) -> str:
        """Return the image's digest, `sha256:<hex>`."""
        return self.docker_image_uri.partition("@")[2]


def config_key(field: str) -> str:
    """Return the config key of a settings field or of its alias, for example `parity:lambdaMemory`."""
    return REGION_KEY if field == "region" else f"{PROJECT}:{to_camel(field)}"


def known_keys() -> list[str]:
    """Return the config keys of all settings, sorted."""
    return sorted(config_key(field) for field in Settings.model_fields)


def parse_settings(config: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Parse Pulumi's config map; the process's environment may set the suffix.

    Raises SettingsError with every problem at once.
    """
    values: dict[str, str] = {}
    problems: list[Problem] = []
    known = known_keys()
    for key, value in config.items():
        if key in known:
            values["region" if key == REGION_KEY else key.removeprefix(f"{PROJECT}:")] = value
        elif key not in _FOREIGN_KEYS:
            problems.append(Problem(key, _unknown(key, known)))
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
    found = "has a value that is not shown" if key in SECRET_KEYS else f"is {cut(repr(detail['input']))}"
    return Problem(key, f"{key} {found}; it must be {allowed}")


def cut(text: str) -> str:
    """Return the text, cut where it is too long for a message."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
