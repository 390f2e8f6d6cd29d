"""All refusals, by service: the first rule that has something against a call refuses it.

A type that stands nowhere here is refused nothing. What a service doesn't let the double know, its module says; of all
of them it knows neither permissions nor how long anything takes, and AWS's own words are put otherwise: only the codes
are AWS's.
"""

from __future__ import annotations

from tests.engine.refusals import ec2, foundation, iam, kms, lambda_, logs, rds, secretsmanager, sns, vpc
from tests.engine.refusals.rule import Asked, Rule

RULES: tuple[Rule, ...] = (
    *ec2.RULES,
    *foundation.RULES,
    *iam.RULES,
    *kms.RULES,
    *lambda_.RULES,
    *logs.RULES,
    *rds.RULES,
    *secretsmanager.RULES,
    *sns.RULES,
    *vpc.RULES,
)


def refusal(asked: Asked) -> str | None:
    """Return what AWS says against the call, None when it does as it is asked."""
    refusals = (rule.refusal(asked) for rule in RULES if rule.type == asked.type)
    return next((said for said in refusals if said), None)
