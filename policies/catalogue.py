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
    github,
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
    vpc,
)

# In the order in which they judge; the rules about the files of the guard itself come last.
_JUDGING = (
    kms,
    database,
    instances,
    parameters,
    lambda_,
    code,
    invocation,
    iam,
    github,
    secrets,
    monitoring,
    alarms,
    network,
    vpc,
    ownership,
    identity,
    protection,
    known,
    options,
    own,
    documents,
    foreign,
)


def _of_the_service() -> Iterator[ResourceRule | StackRule]:
    """Yield the rules of every other file in rules/: a service adds a file, and nothing else."""
    named = {module.__name__ for module in (*_JUDGING, environment)}
    for name in sorted(info.name for info in iter_modules(rules.__path__, f"{rules.__name__}.")):
        if name not in named:
            yield from getattr(import_module(name), "RULES", ())


RULES: tuple[ResourceRule | StackRule, ...] = (
    *(rule for module in _JUDGING for rule in module.RULES),
    *_of_the_service(),
    *environment.RULES,
)
