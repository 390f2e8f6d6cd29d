"""What a policy configuration may tell the pack, and the one that a judgement of what is deployed needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyConfigSchema

from policies.catalogue import RULES
from policies.limits import Limits

_PROPERTIES: dict[str, Any] = {
    # No default and no list of names: an environment is whatever environments.yaml knows.
    "environment": {"type": "string"},
    # The stack's configuration, for `pulumi policy analyze`, which tells a pack of no stack.
    "configuration": {"type": "object", "additionalProperties": {"type": "string"}},
    # The CLI prints nothing of what is not applicable. With this, what is exempt is an advisory diagnostic.
    "reportExempt": {"type": "boolean"},
}
# The options of each resource by its URN, for a recorded program: the engine sends few of them.
_RECORDED: dict[str, Any] = {"recorded": {"type": "object"}}
SCHEMA = PolicyConfigSchema(properties=_PROPERTIES)
RECORDED_SCHEMA = PolicyConfigSchema(properties=_PROPERTIES | _RECORDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackConfig:
    """One policy's configuration."""

    environment: str | None
    configuration: Mapping[str, str]
    report_exempt: bool
    recorded: Mapping[str, Mapping[str, Any]] | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> PackConfig:
        """Read what the engine hands over; what is not of its type counts as not given."""
        environment, configuration, recorded = (given.get(key) for key in ("environment", "configuration", "recorded"))
        return cls(
            environment=environment if isinstance(environment, str) else None,
            configuration=configuration if isinstance(configuration, dict) else {},
            report_exempt=given.get("reportExempt") is True,
            recorded=recorded if isinstance(recorded, dict) else None,
        )


def policy_config(environment: str, limits: Limits, configuration: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the policy configuration that names every policy's level and says all that a preview tells the pack.

    The levels must be there: a policy with a configuration of its own and no level is advisory to the engine.
    """
    levels = {rule.id: rule.level(limits, environment) for rule in RULES}
    return {
        rule: {
            "enforcementLevel": "disabled" if level == "off" else level,
            "environment": environment,
            "configuration": dict(configuration),
            "reportExempt": True,
        }
        for rule, level in levels.items()
    }
