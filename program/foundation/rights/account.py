"""All rights of one account: every role of the workflows, their boundary, and those of the roles that stacks make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from program.foundation.members import Member
from program.foundation.rights.inventory import inventory, word_of
from program.foundation.rights.places import Copy, filled
from program.foundation.rights.roles import (
    Role,
    copy_boundary,
    foundation_roles,
    image_role,
    logical_name,
    stack_roles,
    workflow_boundary,
)
from program.foundation.rights.state import State
from program.foundation.settings import Settings

_FUNCTION = "aws:lambda/function:Function"
# The key of the bucket; the others are named after their environments.
BUCKET_KEY = "state"
# As long as an id of AWS KMS, so that a policy has its length before the key is there.
_KEY_ID_LENGTH = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """A policy that limits roles: what the program calls it, its name in IAM, and its document."""

    logical: str
    name: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRights:
    """Roles by their stacks' names (the image's by its own), and the policies that limit them and what they make."""

    roles: Mapping[str, tuple[Role, ...]]
    # By the label of the project that the roles act on.
    workflow_boundaries: Mapping[str, Boundary]
    copy_boundaries: tuple[Boundary, ...]


def account_rights(settings: Settings, members: Sequence[Member], own: Member) -> AccountRights:
    """Return all rights of the account; the foundation's keys stand in them as `key_placeholder` has them."""
    states = {member.copy.environment: state_of(settings, member.copy.environment) for member in (own, *members)}
    roles = {
        member.name: stack_roles(
            member.name, member.copy, member.files, states[member.copy.environment], settings.github
        )
        for member in members
    }
    roles[own.name] = foundation_roles(own.name, own.copy, own.files, list(states.values()), settings.github)
    if settings.sets_repository:
        # The workflow pushes to one account, whose foundation has its environment.
        image, policy = (settings.names.physical("image", kind) for kind in ("role", "policy"))
        roles["image"] = (image_role(image, policy, _place_of_the_image(settings, own.copy), settings.github),)
    return AccountRights(
        roles=roles,
        workflow_boundaries={
            label: Boundary(
                logical=f"{word_of(label)}-workflows-boundary",
                name=settings.names.physical(f"{word_of(label)}-workflows", "boundary"),
                document=workflow_boundary(
                    [role for found in roles.values() for role in found if role.label == label], label
                ),
            )
            for label in sorted({member.copy.label for member in (own, *members)})
        },
        copy_boundaries=tuple(
            Boundary(
                logical=logical_name("boundary", member.copy, member.files),
                name=member.copy.deployers.boundary,
                document=copy_boundary(member.copy),
            )
            for member in members
        ),
    )


def environments(members: Sequence[Member], own: Member) -> tuple[str, ...]:
    """Return the environments whose secrets in the state have a key each, sorted."""
    return tuple(sorted({member.copy.environment for member in (own, *members)}))


def state_of(settings: Settings, environment: str) -> State:
    """Return the state's place, with the environment's own key."""
    return State(
        bucket=settings.state_bucket,
        region=settings.region,
        bucket_key=key_placeholder(settings, BUCKET_KEY),
        secrets_key=key_placeholder(settings, environment),
    )


def key_placeholder(settings: Settings, key: str) -> str:
    """Return what stands for the ARN of the bucket's key, or of an environment's, until AWS has chosen its id."""
    return f"arn:aws:kms:{settings.region}:{settings.account}:key/{f'of-{key}'.ljust(_KEY_ID_LENGTH, '-')}"


def functions_in(region: str, members: Sequence[Member]) -> Iterator[str]:
    """Yield the ARNs of the functions in the region that are made from an image."""
    for member in members:
        copy = member.copy
        for item in inventory(copy.label).resources if copy.region == region else ():
            if item.type == _FUNCTION and item.inputs.get("packageType") == "Image":
                name = filled(str(item.inputs["name"]), copy.words)
                yield f"arn:aws:lambda:{copy.region}:{copy.account}:function:{name}"


def _place_of_the_image(settings: Settings, copy: Copy) -> Copy:
    return replace(
        copy,
        region=settings.image_region,
        more={},
        image=f"arn:aws:ecr:{settings.image_region}:{settings.account}:repository/{settings.image_repository}",
    )
