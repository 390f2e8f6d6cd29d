"""Every policy of one account as a file: what is made from them needs no other source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from program.foundation.rights.buckets import image_repository_policy, state_bucket_policy
from program.foundation.rights.inventory import inventory
from program.foundation.rights.keys import state_key_policy
from program.foundation.rights.places import Copy, filled
from program.foundation.rights.roles import Role, copy_boundary, image_role, stack_roles, workflow_boundary
from program.foundation.rights.state import StackFiles
from program.foundation.settings import FoundationSettings

_FUNCTION = "aws:lambda/function:Function"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One stack of the account, or all its review stacks: the copy of the service, and its files in the state."""

    copy: Copy
    files: StackFiles


def policy_files(settings: FoundationSettings, members: Sequence[Member]) -> Mapping[str, str]:
    """Return the text of each file by its path; the same every time."""
    roles = [role for member in members for role in _roles(member, settings)]
    roles.append(image_role(_place_of_the_image(settings, members[0].copy), settings.github))
    project = members[0].copy.project
    files = {
        "state-key.json": state_key_policy(settings.account),
        "state-bucket.json": state_bucket_policy(settings.state.bucket, settings.account),
        "image-repository.json": image_repository_policy(settings.account, list(_functions(members))),
        f"boundaries/{project}-workflows-boundary.json": workflow_boundary(roles),
        **{f"boundaries/{member.copy.deployers.boundary}.json": copy_boundary(member.copy) for member in members},
        **{path: text for role in roles for path, text in _files_of(role)},
    }
    return {path: _readable(files[path]) for path in sorted(files)}


def _roles(member: Member, settings: FoundationSettings) -> tuple[Role, ...]:
    return stack_roles(member.copy, member.files, settings.state_of(member.copy.environment), settings.github)


def _place_of_the_image(settings: FoundationSettings, copy: Copy) -> Copy:
    image = settings.image
    return Copy(
        project=copy.project,
        prefix=copy.prefix,
        environment=copy.environment,
        suffix=copy.suffix,
        region=image.region,
        account=settings.account,
        image=f"arn:aws:ecr:{image.region}:{settings.account}:repository/{image.repository}",
    )


def _functions(members: Sequence[Member]) -> Iterator[str]:
    """Yield the ARNs of the functions that are made from an image."""
    for member in members:
        copy = member.copy
        for item in inventory().resources:
            if item.type == _FUNCTION and item.inputs.get("packageType") == "Image":
                name = filled(str(item.inputs["name"]), copy.words)
                yield f"arn:aws:lambda:{copy.region}:{copy.account}:function:{name}"


def _files_of(role: Role) -> Iterator[tuple[str, str]]:
    yield f"roles/{role.name}/trust.json", role.trust
    for number, policy in enumerate(role.policies, start=1):
        yield f"roles/{role.name}/policy-{number}.json", policy


def _readable(text: str) -> str:
    return json.dumps(json.loads(text), indent=2) + "\n"
