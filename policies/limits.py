"""The limits of environments.yaml, typed: the only thresholds that rules and settings are judged by."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policies.globs import matches
from policies.known.worlds import SERVICE, World, of_project
from policies.schema import StrictModel, parse_file

LIMITS_FILE = Path(__file__).resolve().parent / "environments.yaml"

Level = Literal["mandatory", "advisory", "off"]
DataProtection = Literal["ephemeral", "protected"]
Reason = Annotated[str, Field(min_length=10)]
EnvironmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,15}$")]
Integers = Annotated[list[int], Field(min_length=1)]
Words = Annotated[list[str], Field(min_length=1)]


class Range(StrictModel):
    """An inclusive range of whole numbers."""

    min: int
    max: int

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.min > self.max:
            raise ValueError(f"has min {self.min} over max {self.max}")
        return self


# What settings without a field of their own may be, by their keys in a stack file.
SettingLimits = dict[str, Integers | Words | Range]


class DatabaseEngine(StrictModel):
    """The Aurora PostgreSQL versions that can be created, and those that AWS has retired.

    `major_upgrade` lets a deployment raise a running cluster to the major version; AWS refuses it otherwise.
    """

    family: str
    major: int
    major_upgrade: bool = False
    supported: Words
    retired: list[str]


class DeletionWindow(StrictModel):
    """Days that a KMS key waits before it is deleted, by data protection mode (AWS KMS takes 7 to 30)."""

    ephemeral: Annotated[int, Field(ge=7, le=30)]
    protected: Annotated[int, Field(ge=7, le=30)]


class CommonLimits(StrictModel):
    """What holds in every environment. Memory is in MB, thresholds in percent, milliseconds or counts."""

    backup_retention_days: Integers
    log_retention_days: Integers
    secret_rotation_days: Integers
    database_cpu_threshold: Integers
    kms_deletion_window_days: DeletionWindow
    database_engine: DatabaseEngine
    instance_memory_gib: dict[str, int]
    lambda_memory: Integers
    lambda_cpu: Words
    lambda_timeout_seconds: Range
    rotation_concurrency: Integers
    free_memory_share: float
    replica_lag_threshold: Integers
    reserved_concurrency: dict[str, int]
    error_threshold: Range
    latency_threshold: Range
    connections_threshold: Range
    log_statement: Words
    required_tags: Words
    settings: SettingLimits = Field(default_factory=dict)


class Trusted(StrictModel):
    """Text of somebody else that resources may hold: an account, a registry, an ARN, a principal; `*` is a glob.

    `project` is whose resources may.
    """

    value: Annotated[str, Field(pattern=r"[^*?]{3}")]
    project: World = SERVICE
    reason: Reason


class EnvironmentLimits(StrictModel):
    """What one environment may ask for, and the levels of rules that differ there from the rule's own.

    `exemption_days` is how far ahead an exemption may expire, `critical_exemptions` whether it may cover a critical
    rule, `undecided_fails` whether a mandatory rule that a preview can't decide fails it.
    """

    region: str
    other_regions: list[str] = Field(default_factory=list)
    account: Annotated[str, Field(pattern=r"^[0-9]{12}$")] | None = None
    lambda_memory: Integers
    lambda_cpu: Words
    database_instance_class: Words
    database_instances: Integers
    error_threshold: Integers
    latency_threshold: Integers
    connections_threshold: Integers
    data_protection: Annotated[list[DataProtection], Field(min_length=1)]
    settings: SettingLimits = Field(default_factory=dict)
    exemption_days: Annotated[int, Field(ge=1)] = 90
    critical_exemptions: bool = True
    undecided_fails: bool = False
    levels: dict[str, Level] = Field(default_factory=dict)
    trusted: list[Trusted] = Field(default_factory=list)

    @property
    def regions(self) -> list[str]:
        """Return the regions that stacks of the environment may be in, the first one first."""
        return [self.region, *self.other_regions]


class Scaling(StrictModel):
    """A path of the manifest's configuration that may differ between environments."""

    path: str
    reason: Reason


class Difference(StrictModel):
    """A difference between stacks that is meant: a property of the resources that match, or their presence.

    `type` and `name` (Pulumi's logical name) are globs; `property` is a path in the normalised inputs.
    """

    type: str
    name: str
    property: str | None = None
    presence: Literal[True] | None = None
    reason: Reason

    @model_validator(mode="after")
    def _one_subject(self) -> Difference:
        if (self.property is None) == (self.presence is None):
            raise ValueError("takes either 'property' or 'presence: true'")
        return self


class Implied(StrictModel):
    """A property that dataProtection sets: its value in each mode, or the limit that has it; null is absent."""

    type: str
    property: str
    ephemeral: bool | int | str | None = None
    protected: bool | int | str | None = None
    limit: Literal["kmsDeletionWindowDays"] | None = None

    def value(self, mode: DataProtection, common: CommonLimits) -> bool | int | str | None:
        """Return the property's value in the mode."""
        source = self if self.limit is None else common.kms_deletion_window_days
        found: bool | int | str | None = getattr(source, mode)
        return found


class DataProtectionImplies(StrictModel):
    """What follows from the one setting dataProtection, which stacks may set differently."""

    reason: Reason
    properties: Annotated[list[Implied], Field(min_length=1)]


class Accepted(StrictModel):
    """A rule that some named resources need not keep in some environments, for good: reviewed, owned, never critical.

    `resource` (Pulumi's logical name) is a glob that says more than `*`, `project` whose resources they are.
    """

    rule: str
    project: World = SERVICE
    resource: Annotated[str, Field(pattern=r"[A-Za-z0-9]{3}")]
    environments: Annotated[list[EnvironmentName], Field(min_length=1)]
    owner: Annotated[str, Field(min_length=2)]
    reason: Reason

    def covers(self, rule: str, name: str, environment: str) -> bool:
        """Tell whether the entry is about this rule, resource and environment."""
        return self.rule == rule and environment in self.environments and matches(name, self.resource)

    def __str__(self) -> str:
        return f"{self.rule} for {self.resource}{of_project(self.project)}"


class Limits(StrictModel):
    """All that environments.yaml says."""

    schema_version: Literal[1]
    common: CommonLimits
    environments: Annotated[dict[EnvironmentName, EnvironmentLimits], Field(min_length=1)]
    scaling: list[Scaling]
    differences: list[Difference]
    data_protection_implies: DataProtectionImplies
    accepted: list[Accepted]

    @model_validator(mode="after")
    def _figures_for_all(self) -> Limits:
        for name, block in self.environments.items():
            if missing := set(block.database_instance_class) - set(self.common.instance_memory_gib):
                raise ValueError(f"allows {sorted(missing)[0]} in {name}; common.instanceMemoryGib doesn't have it")
            if missing := set(block.lambda_cpu) - set(self.common.reserved_concurrency):
                raise ValueError(
                    f"allows {sorted(missing)[0]} vCPU in {name}; common.reservedConcurrency doesn't have it"
                )
        return self


def load_limits(path: Path = LIMITS_FILE) -> Limits:
    """Read the limits; raise ReviewedFileError with every problem and its line."""
    return parse_file(Limits, path)


@cache
def limits() -> Limits:
    """Return the limits beside this module, read once per process."""
    return load_limits()
