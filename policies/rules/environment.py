"""Rules on the run itself: which environment it is, and what became of the exemptions."""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.known.worlds import FOUNDATION
from policies.rule import StackRule
from policies.view import UNKNOWN, Resource, StackView

ENVIRONMENT_RULE = "environment"


def _agrees(stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    for source in context.sources[1:]:
        if source.name != context.environment:
            first = context.sources[0].place
            yield None, f"{source.place} names {source.name}, {first} names {context.environment}; they must agree"
    regions = {_text(resource.provider_inputs.get("region")) for resource in stack.resources} - {None}
    # The foundation has repositories where the other stacks are; which, each region's judge says.
    if context.world != FOUNDATION:
        own = (resource for resource in stack.resources if resource.type != tokens.PROVIDER)
        regions |= {_text(resource.peek("region")) for resource in own} - {None}
    regions |= {_text(context.stack.config.get("aws:region"))} - {None}
    for region in sorted(str(found) for found in regions):
        if region != context.region:
            yield None, f"resources are in {region}; {_where(context)}"
    yield from _account(stack, context)


def _where(context: Context) -> str:
    regions, name = context.limits.regions, context.environment
    return f"{name} is in {regions[0]}" if len(regions) == 1 else f"this stack of {name} is in {context.region}"


def _account(stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    wanted = context.limits.account
    if wanted is None:
        return
    allowed = {json.dumps(_list(resource.provider_inputs.get("allowedAccountIds"))) for resource in stack.resources}
    for found in sorted(allowed - {json.dumps([wanted])} - {"null"}):
        yield None, f"the provider allows accounts {found}; {context.environment} is account {wanted} alone"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _list(value: object) -> object:
    """Return a provider's list, which comes as JSON text."""
    if value is None or value is UNKNOWN:
        return None
    try:
        return json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return [value]


AGREES = StackRule(
    id=ENVIRONMENT_RULE,
    title="Every source must name the same environment.",
    why="A production stack that is judged by another environment's limits is not judged.",
    fix="Make the stack's name, environment, region and account agree with policies/environments.yaml.",
    types=("*",),
    severity="critical",
    limits=("region", "other_regions", "account"),
    judge=_agrees,
)


def _exemptions(_stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    for problem in context.ledger.problems(context.all_limits, context.environment):
        yield None, problem


EXEMPTIONS = StackRule(
    id="exemptions",
    title="Every exemption must be valid and unexpired.",
    why="An exemption that has no end is a hole that was forgotten.",
    fix="Remove it from policies/exemptions.yaml, or have it reviewed anew.",
    types=("*",),
    severity="high",
    limits=("exemption_days", "critical_exemptions"),
    judge=_exemptions,
)


def _expiring(_stack: StackView, context: Context) -> Iterator[tuple[Resource | None, str]]:
    for warning in context.ledger.warnings(context.environment, context.world):
        yield None, warning
    for warning in context.ledger.unneeded(context.accepted, context.environment):
        yield None, warning


EXPIRING = StackRule(
    id="exemptions-expiring",
    title="Every exemption and accepted finding must be needed, and no exemption may end within two weeks.",
    why="A check that turns red overnight stops the wrong change; what nobody needs hides the next fault.",
    fix="Mend the resource before the exemption ends, and remove what nothing needs.",
    types=("*",),
    severity="low",
    default_level="advisory",
    judge=_expiring,
)

# The exemptions are judged last, when it is known which were needed.
RULES = (AGREES, EXEMPTIONS, EXPIRING)
