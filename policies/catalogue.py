"""The catalogue: every rule, in the order in which they judge."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from policies import rules
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

_NAMED = {
    module.__name__
    for module in (
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
}


def _of_the_service() -> Iterator[ResourceRule | StackRule]:
    """Yield the rules of every other file in rules/: a service adds a file, and nothing else."""
    for name in sorted(info.name for info in iter_modules(rules.__path__, f"{rules.__name__}.")):
        if name not in _NAMED:
            yield from getattr(import_module(name), "RULES", ())


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
    *_of_the_service(),
    *environment.RULES,
)
