"""The catalogue: every rule, in the order in which they judge."""

from __future__ import annotations

from policies.rule import ResourceRule, StackRule
from policies.rules import (
    database,
    environment,
    iam,
    identity,
    kms,
    lambda_,
    monitoring,
    network,
    ownership,
    parameters,
    protection,
    secrets,
)

RULES: tuple[ResourceRule | StackRule, ...] = (
    *kms.RULES,
    *database.RULES,
    *parameters.RULES,
    *lambda_.RULES,
    *iam.RULES,
    *secrets.RULES,
    *monitoring.RULES,
    *network.RULES,
    *ownership.RULES,
    *identity.RULES,
    *protection.RULES,
    *environment.RULES,
)
