"""The catalogue: every rule, in the order in which they judge."""

from __future__ import annotations

from policies.rule import ResourceRule, StackRule
from policies.rules import (
    alarms,
    code,
    database,
    documents,
    environment,
    foreign,
    iam,
    identity,
    instances,
    invocation,
    kms,
    known,
    lambda_,
    monitoring,
    network,
    options,
    own,
    ownership,
    parameters,
    protection,
    secrets,
)

RULES: tuple[ResourceRule | StackRule, ...] = (
    *kms.RULES,
    *database.RULES,
    *instances.RULES,
    *parameters.RULES,
    *lambda_.RULES,
    *code.RULES,
    *invocation.RULES,
    *iam.RULES,
    *secrets.RULES,
    *monitoring.RULES,
    *alarms.RULES,
    *network.RULES,
    *ownership.RULES,
    *identity.RULES,
    *protection.RULES,
    *known.RULES,
    *options.RULES,
    *own.RULES,
    *documents.RULES,
    *foreign.RULES,
    *environment.RULES,
)
