"""The workflows' roles, whole: who takes each on, its policies, and the boundary that none of them passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from policies.key_actions import READING as KEY_READING
from policies.known.calls import Phase
from policies.known.tables import known_calls
from policies.limits import Reason
from policies.schema import StrictModel, parse_file
from program.errors import CouldNotRunError
from program.foundation.rights.derivation import boundary, key_actions, rights
from program.foundation.rights.inventory import Inventory, inventory, word_of
from program.foundation.rights.places import Copy
from program.foundation.rights.state import REVIEW_STACKS, Access, StackFiles, State, state_rights
from program.foundation.rights.statements import LONGEST_POLICY, Statement, documents, merged
from program.foundation.rights.trust import Repository, trust

FILE = Path(__file__).with_name("roles.yaml")
Kind = Literal["preview", "drift", "deploy", "review", "image"]
OF_A_STACK: tuple[Kind, ...] = ("preview", "drift", "deploy")
OF_THE_FOUNDATION: tuple[Kind, ...] = ("preview", "drift")
# The longest name that IAM takes for a role.
LONGEST_NAME = 64
# What pushing an image to ECR takes, in AWS's own words.
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


class RoleKind(StrictModel):
    """One kind of role: its GitHub environment, who may take it on, and what it does of a stack's life."""

    environment: str
    workflows: list[str]
    branches: Literal["main", "any"]
    why: Reason | None = None
    phases: list[Phase]
    state: Access


class RoleKinds(StrictModel):
    """All kinds of roles."""

    schema_version: Literal[1]
    roles: dict[Kind, RoleKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role as IAM has it, and the GitHub environment that it stands for; `policies` are documents.

    `logical` is what the program calls it: the project, the kind and the stack (`network-deploy-dev`); `label` is the
    project's, on whose stacks it acts.
    """

    kind: Kind
    label: str
    logical: str
    name: str
    environment: str
    trust: str
    policies: tuple[str, ...]
    # Of the policies in IAM, in their order.
    policy_names: tuple[str, ...]
    actions: frozenset[str]


@cache
def role_kinds() -> RoleKinds:
    """Return the kinds of roles, read once per process; raise ReviewedFileError with every problem and its line."""
    return parse_file(RoleKinds, FILE)


def stack_roles(called: str, copy: Copy, files: StackFiles, state: State, repository: Repository) -> tuple[Role, ...]:
    """Return the roles of the stack that is called so (`network/dev`): preview, drift, deploy.

    Of all review stacks (`pr-*`) there is one, which they share.
    """
    kinds: tuple[Kind, ...] = ("review",) if files.stack == REVIEW_STACKS else OF_A_STACK
    return tuple(_role(kind, called, copy, files, state, repository) for kind in kinds)


def foundation_roles(
    called: str, copy: Copy, files: StackFiles, states: Sequence[State], repository: Repository
) -> tuple[Role, ...]:
    """Return the roles that look at the foundation's own stack; a person deploys it.

    The foundation's keys let the account's policies decide who reads them, so they are named here. The first of the
    states is that of its own environment.
    """
    keys = sorted({key for state in states for key in (state.bucket_key, state.secrets_key)})
    reading = Statement(actions=KEY_READING, on=tuple(keys))
    return tuple(
        _role(kind, called, copy, files, states[0], repository, *([reading] if kind == "drift" else ()))
        for kind in OF_THE_FOUNDATION
    )


def image_role(name: str, policy_name: str, copy: Copy, repository: Repository) -> Role:
    """Return the role that pushes the app's image, by the names of both; of the copy only the place counts."""
    statements = [
        Statement(actions=("ecr:GetAuthorizationToken",), on=("*",)),
        Statement(actions=_PUSH, on=(copy.image,)),
    ]
    return replace(_made("image", "image", name, "image", statements, copy, repository), policy_names=(policy_name,))


def copy_boundary(copy: Copy) -> str:
    """Return the boundary of the roles that the copy makes, as one document."""
    return _one(boundary(inventory(copy.label), copy))


def workflow_boundary(roles: Iterable[Role], label: str) -> str:
    """Return the boundary of the roles that act on the project's stacks.

    Whatever is attached to one, it calls nothing that none has to; what only a key's own policy allows is let through.
    """
    actions = {action for role in roles for action in role.actions} | key_actions(known_calls(), inventory(label))
    return _one((Statement(actions=tuple(sorted(actions)), on=("*",)),))


def _role(
    kind: Kind,
    called: str,
    copy: Copy,
    files: StackFiles,
    state: State,
    repository: Repository,
    *others: Statement,
) -> Role:
    of_kind = role_kinds().roles[kind]
    table = known_calls()
    known: Inventory = inventory(copy.label)
    found = rights(table, known, copy, *of_kind.phases) if of_kind.phases else ()
    statements = [*found, *others, *state_rights(of_kind.state, state, files)]
    environment = of_kind.environment.replace("${stack}", called)
    return _made(kind, logical_name(kind, copy, files), _name(kind, copy), environment, statements, copy, repository)


def logical_name(kind: str, copy: Copy, files: StackFiles) -> str:
    """Return what the program calls what it makes of the kind for the stack; review stacks share it."""
    project = word_of(copy.label)
    if files.stack == REVIEW_STACKS:
        return f"{project}-review" if kind == "review" else f"{project}-{kind}-review"
    return f"{project}-{kind}-{files.stack}"


def _name(kind: Kind, copy: Copy) -> str:
    names = copy.deployers
    if kind == "preview":
        return names.preview_role
    return names.drift_role if kind == "drift" else names.deploy_role


def _made(
    kind: Kind,
    logical: str,
    name: str,
    environment: str,
    statements: Iterable[Statement],
    copy: Copy,
    repository: Repository,
) -> Role:
    if len(name) > LONGEST_NAME:
        raise CouldNotRunError(
            f"the role {name} would have a name of {len(name)} characters; IAM takes {LONGEST_NAME}: shorten the "
            f"project's name in Pulumi.yaml, the environment's or the suffix"
        )
    of_kind = role_kinds().roles[kind]
    found = merged(statements)
    policies = documents(found)
    return Role(
        kind=kind,
        label=copy.label,
        logical=logical,
        name=name,
        environment=environment,
        trust=trust(
            copy.account,
            repository,
            environment=environment,
            workflows=tuple(of_kind.workflows),
            branches=of_kind.branches,
        ),
        policies=policies,
        policy_names=tuple(f"{name}-policy-{number}" for number in range(1, len(policies) + 1)),
        actions=frozenset(action for statement in found for action in statement.actions),
    )


def _one(statements: tuple[Statement, ...]) -> str:
    """Return the one document that a boundary is; raise CouldNotRunError where AWS takes none as long."""
    found = documents(statements)
    if len(found) != 1 or len(found[0]) > LONGEST_POLICY:
        raise CouldNotRunError(
            f"a boundary would have more than {LONGEST_POLICY} characters, and a role has one alone; its projects have "
            f"too many different calls: leave types out, or give a project an account of its own"
        )
    return found[0]
