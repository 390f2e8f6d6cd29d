"""Rules on GitHub's environments: each stands for one role, and lets in whom that role's stack asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from policies import tokens
from policies.context import Context
from policies.known.copies import copy_of
from policies.known.worlds import FOUNDATION
from policies.rule import Said, StackRule, said_of_each
from policies.view import UNKNOWN, Resource, StackView

_BEGINS, _ENDS = "github-", "-environment"
_ROLE = "-role"
# The kinds of roles that pull requests take on; every other one is main's alone.
_OF_PULL_REQUESTS = frozenset({"preview", "review"})


def _environments(stack: StackView, context: Context) -> Said:
    if context.world != FOUNDATION:
        return
    environments = {_stands_for(item): item for item in stack.of(tokens.GITHUB_ENVIRONMENT)}
    for role in stack.of(tokens.ROLE):
        if role.name.removesuffix(_ROLE) not in environments:
            yield (
                role,
                f"{role.name} has no environment of GitHub; the first job that names one makes it, and anybody gets in",
            )
    roles = {role.name.removesuffix(_ROLE): role for role in stack.of(tokens.ROLE)}
    for name, environment in sorted(environments.items()):
        yield from said_of_each([environment], partial(_environment, stack, context, name, roles.get(name)))


def _stands_for(environment: Resource) -> str:
    return environment.name.removeprefix(_BEGINS).removesuffix(_ENDS)


def _environment(
    stack: StackView, context: Context, name: str, role: Resource | None, environment: Resource
) -> Iterator[str]:
    if role is None:
        yield f"it stands for no role; make {name}{_ROLE}, or remove it"
        return
    yield from _variable(stack, name, role)
    copy = copy_of(role, context)
    kind = copy.kind if copy is not None else name
    if kind not in _OF_PULL_REQUESTS:
        yield from _branches(stack, name, environment)
    first = next(iter(context.all_limits.environments))
    if copy is not None and copy.kind == "deploy" and copy.environment is not None:
        yield from _reviewers(environment, context, copy.environment, is_first=copy.environment == first)


def _variable(stack: StackView, name: str, role: Resource) -> Iterator[str]:
    wanted = f"{_BEGINS}{name}-aws-role-arn"
    found = [item for item in stack.of(tokens.GITHUB_ENVIRONMENT_VARIABLE) if item.name == wanted]
    if not found:
        yield f"{wanted} is missing; a job of the environment takes on no role"
    for variable in found:
        if variable.depends_by("value") != {role.urn}:
            yield f"{wanted} is not the ARN of {role.name}; a job of the environment takes on another role"


def _branches(stack: StackView, name: str, environment: Resource) -> Iterator[str]:
    if not environment.flag("deploymentBranchPolicy.customBranchPolicies", default=False):
        yield "deploymentBranchPolicy.customBranchPolicies is not true; any branch could take on the role"
    if not any(item.name == f"{_BEGINS}{name}-branch" for item in stack.of(tokens.GITHUB_BRANCH)):
        yield f"{_BEGINS}{name}-branch is missing; no branch, not even main, gets in"


def _reviewers(environment: Resource, context: Context, name: str, *, is_first: bool) -> Iterator[str]:
    """Yield what is wrong with those who let a deployment begin; whoever merges deploys the first environment."""
    reviewers = environment.items("reviewers")
    if UNKNOWN in reviewers:
        reviewers = []
    found = [
        f"{name} {kind[:-1]} {number:g}" if isinstance(number, float) else f"{name} {kind[:-1]} {number}"
        for block in reviewers
        if isinstance(block, dict)
        for kind in ("teams", "users")
        for number in block.get(kind) or ()
    ]
    if not found and not is_first:
        yield f"nobody has to let a deployment of {name} begin; name its reviewers in {context.stack.key('reviewers')}"
    if not environment.flag("preventSelfReview", default=False) and not is_first:
        yield "preventSelfReview is not true; whoever starts a deployment could let it begin"
    allowed = _named(context)
    for reviewer in found:
        if allowed is not None and reviewer not in allowed:
            yield f"{reviewer} is no reviewer that {context.stack.key('reviewers')} names"


def _named(context: Context) -> list[str] | None:
    """Return the reviewers that the stack's configuration names; None where nobody told the configuration."""
    if not context.stack.config:
        return None
    try:
        named = json.loads(context.stack.get("reviewers") or "[]")
    except ValueError:
        return []
    return named if isinstance(named, list) else []


ENVIRONMENTS = StackRule(
    id="github-environments",
    title="Every role must have its own environment of GitHub, with the branches and reviewers that it asks for.",
    why="Whoever gets into an environment has its role: one without reviewers hands production to whoever may push.",
    fix="Let program/foundation/components/repository.py make it, and name reviewers in the stack file.",
    types=(
        tokens.GITHUB_ENVIRONMENT,
        tokens.GITHUB_ENVIRONMENT_VARIABLE,
        tokens.GITHUB_BRANCH,
        tokens.ROLE,
    ),
    severity="critical",
    judge=_environments,
)

RULES = (ENVIRONMENTS,)
