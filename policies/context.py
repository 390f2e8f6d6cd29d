"""Which environment a stack is, by every source that says so, and the limits that hold there."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from policies.exemptions import Ledger
from policies.known.tables import Known, known
from policies.known.worlds import World, world_of
from policies.limits import Accepted, CommonLimits, DataProtection, EnvironmentLimits, Limits, Trusted

TODAY_VARIABLE = "PARITY_TODAY"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """What the engine says of the stack in the pack's environment variables; empty under `policy analyze`."""

    stack: str | None
    # None where nobody says it; then the URNs do.
    project: str | None
    config: Mapping[str, str]
    # ENVIRONMENT_SUFFIX, which goes before the configuration's.
    given_suffix: str | None

    @classmethod
    def of_process(cls, variables: Mapping[str, str] = os.environ) -> StackConfig:
        """Read PULUMI_STACK, PULUMI_PROJECT, PULUMI_CONFIG and ENVIRONMENT_SUFFIX."""
        return cls(
            stack=variables.get("PULUMI_STACK"),
            project=variables.get("PULUMI_PROJECT"),
            config=json.loads(variables.get("PULUMI_CONFIG") or "{}"),
            given_suffix=variables.get("ENVIRONMENT_SUFFIX"),
        )

    def of_project(self, project: str) -> StackConfig:
        """Return the stack as one of that project, where the engine named none."""
        return self if self.project else replace(self, project=project)

    def or_configured(self, config: Mapping[str, str]) -> StackConfig:
        """Return the stack with that configuration where the engine gave it none."""
        return self if self.config else replace(self, config=config)

    def key(self, name: str) -> str:
        """Return a key of the project's own configuration as a stack file has it, `orders:lambdaMemory`."""
        return f"{self.project}:{name}"

    def get(self, name: str) -> str | None:
        """Return a value of the project's own configuration."""
        return self.config.get(self.key(name)) or None

    @property
    def suffix(self) -> str | None:
        """Return the suffix of every physical name, where it is known."""
        return self.given_suffix or self.get("environmentSuffix")

    @property
    def prefix(self) -> str | None:
        """Return what stands before the service in every physical name, often nothing; None where nobody knows."""
        return self.get("namePrefix") or ("" if self.config else None)


@dataclass(frozen=True, slots=True)
class EnvironmentSource:
    """One place that names the environment."""

    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a rule is told: the environment and its limits, and what the stack was asked to be."""

    environment: str
    limits: EnvironmentLimits
    common: CommonLimits
    stack: StackConfig
    ledger: Ledger
    sources: Sequence[EnvironmentSource]
    all_limits: Limits
    # The options of each resource by its URN, where the program was recorded: the engine doesn't tell them all.
    recorded: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def world(self) -> World:
        """Return the world of the stack's project, whose known entries judge it."""
        return world_of(self.stack.project)

    @property
    def known(self) -> Known:
        """Return the types that the stack's project may have."""
        return known(self.world)

    @property
    def accepted(self) -> list[Accepted]:
        """Return the findings of the stack's project that are accepted for good."""
        return [entry for entry in self.all_limits.accepted if entry.project == self.world]

    @property
    def trusted(self) -> list[Trusted]:
        """Return what of somebody else the resources of the stack's project may hold."""
        return [entry for entry in self.limits.trusted if entry.project == self.world]

    @property
    def is_live(self) -> bool:
        """Tell whether the engine asks: it tells no rule what the program gave and what the provider or state did."""
        return self.recorded is None

    @property
    def data_protection(self) -> DataProtection:
        """Return the mode in which the stack keeps its data."""
        return "protected" if self.stack.get("dataProtection") == "protected" else "ephemeral"

    @property
    def region(self) -> str:
        """Return the one region that everything of the stack must be in: of the environment's, the one it asks for."""
        asked = self.stack.config.get("aws:region")
        return asked if asked in self.limits.regions else self.limits.region

    @property
    def suffix(self) -> str | None:
        """Return the suffix of every physical name, where it is known."""
        return self.stack.suffix

    @property
    def prefix(self) -> str | None:
        """Return the prefix of the service in every physical name, where it is known."""
        return self.stack.prefix


def environment_sources(
    stack: StackConfig, policy_environment: str | None, stack_name: str, limits: Limits
) -> list[EnvironmentSource]:
    """Return every source that names the environment, the one that counts first.

    A stack's name counts only when it is an environment's: `pr-7` may live in any, `prod` only in prod.
    """
    return list(_sources(stack, policy_environment, stack_name, limits))


def _sources(
    stack: StackConfig, policy_environment: str | None, stack_name: str, limits: Limits
) -> Iterator[EnvironmentSource]:
    if policy_environment:
        yield EnvironmentSource("the policy configuration", policy_environment)
    if configured := stack.get("environment"):
        yield EnvironmentSource(stack.key("environment"), configured)
    if stack_name in limits.environments:
        yield EnvironmentSource("the stack's name", stack_name)


def stack_name_of(urn: str) -> str:
    """Return the stack's name of a URN (`urn:pulumi:<stack>::<project>::<type>::<name>`)."""
    return urn.removeprefix("urn:pulumi:").partition("::")[0]


def project_of(urn: str) -> str:
    """Return the project's name of a URN."""
    return urn.partition("::")[2].partition("::")[0]


def today(variables: Mapping[str, str] = os.environ) -> datetime.date:
    """Return today's date, which PARITY_TODAY (ISO 8601) sets for a reproducible run."""
    given = variables.get(TODAY_VARIABLE)
    return datetime.date.fromisoformat(given) if given else datetime.datetime.now(tz=datetime.UTC).date()
