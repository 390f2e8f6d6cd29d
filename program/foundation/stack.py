"""The foundation of one account: what must be there before any stack, in AWS and in GitHub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pulumi
from pulumi_aws import iam

from policies.limits import Limits, limits
from program.errors import SettingsError
from program.foundation.components.image import ImageArgs, ImageComponent
from program.foundation.components.repository import Environment, RepositoryArgs, RepositoryComponent
from program.foundation.components.rights import RightsArgs, RightsComponent
from program.foundation.components.state import StateArgs, StateComponent, secrets_alias
from program.foundation.configuration import stack_manifest
from program.foundation.members import Member, members, own_member
from program.foundation.rights.account import (
    AccountRights,
    account_rights,
    environments,
    functions_in,
    key_placeholder,
)
from program.foundation.rights.roles import Role, role_kinds
from program.foundation.settings import Reviewers, Settings
from program.foundation.validation import validate
from program.project.configuration import exported
from program.project.deployment import SettingsRefused, asked_for, export
from program.service.protection import Protection

# The variable by which the workflows know that a repository wants a feature.
_VARIABLES = {"attestations": "ATTESTATIONS", "codeScanning": "CODE_SCANNING", "publishPage": "PUBLISH_PAGE"}


class FoundationStack(pulumi.ComponentResource):
    """All that the stacks of one account stand on."""

    def __init__(self, name: str, settings: Settings, found: Sequence[Member], own: Member, limits: Limits) -> None:
        """Make the state's place and the image's, then the rights on them, then what GitHub has to know of it."""
        super().__init__("foundation:stack:FoundationStack", name)
        child = pulumi.ResourceOptions(parent=self)
        names = settings.names
        protection = Protection.of(settings.data_protection, limits.common.kms_deletion_window_days)
        state = StateComponent(
            "state",
            StateArgs(
                bucket=settings.state_bucket,
                account=settings.account,
                environments=environments(found, own),
                protection=protection,
            ),
            names=names,
            opts=child,
        )
        regions = sorted({member.copy.region for member in found if member.copy.image})
        ImageComponent(
            "image",
            ImageArgs(
                repository=settings.image_repository,
                account=settings.account,
                region=settings.image_region,
                functions={region: list(functions_in(region, found)) for region in regions},
                protection=protection,
            ),
            names=names,
            opts=child,
        )
        derived = account_rights(settings, found, own)
        rights = RightsComponent(
            "rights",
            RightsArgs(
                rights=derived,
                keys={key_placeholder(settings, key): made.arn for key, made in state.keys.items()},
                makes_provider=settings.identity_provider == "make",
            ),
            names=names,
            opts=child,
        )
        RepositoryComponent(
            "github",
            RepositoryArgs(
                repository=settings.repository,
                environments=list(_environments(settings, derived, rights.roles, found, limits)),
                variables=dict(_variables(settings)),
                publishes_page="publishPage" in settings.features,
                is_set_elsewhere=not settings.sets_repository,
            ),
            opts=child,
        )
        manifest = stack_manifest(settings, limits)
        self.outputs: dict[str, pulumi.Input[object]] = {
            "stateBucket": state.bucket.bucket,
            "secretsProviders": {
                environment: f"awskms://{secrets_alias(names, environment)}?region={settings.region}"
                for environment in environments(found, own)
            },
            "roles": {role: made.arn for role, made in sorted(rights.roles.items())},
            **exported(settings, manifest),
        }
        self.register_outputs(self.outputs)


def _environments(
    settings: Settings,
    derived: AccountRights,
    made: Mapping[str, iam.Role],
    found: Sequence[Member],
    limits: Limits,
) -> Iterator[Environment]:
    """Yield an environment of GitHub for each role, with the variables by which a job takes it on."""
    stacks = {member.name: member for member in found}
    first = next(iter(limits.environments))
    for name, roles in derived.roles.items():
        member = stacks.get(name)
        for role in roles:
            deploys = role.kind == "deploy" and member is not None and member.copy.environment != first
            reviewers = (
                settings.reviewers_by_environment[member.copy.environment] if deploys and member else Reviewers()
            )
            yield Environment(
                logical=role.logical,
                name=role.environment,
                only_main=role_kinds().roles[role.kind].branches == "main",
                reviewers=reviewers,
                variables={
                    "AWS_ACCOUNT_ID": settings.account,
                    "AWS_ROLE_ARN": made[role.name].arn,
                    **_region(role, member, settings),
                    **_backend(settings),
                },
            )


def _region(role: Role, member: Member | None, settings: Settings) -> Mapping[str, str]:
    """Return the region's variable where no stack file tells the job its region."""
    if role.kind == "image":
        return {"AWS_REGION": settings.image_region}
    return {"AWS_REGION": member.copy.region} if role.kind == "review" and member is not None else {}


def _backend(settings: Settings) -> Mapping[str, str]:
    """Return where the states are, for jobs of an account that isn't the one which the repository's variable names."""
    return {} if settings.sets_repository else {"PULUMI_BACKEND_URL": settings.backend_url}


def _variables(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "PULUMI_BACKEND_URL", settings.backend_url
    yield "IMAGE_REPOSITORY", f"{settings.registry(settings.image_region)}/{settings.image_repository}"
    yield "REVIEW_STACKS", settings.review_stacks
    yield from ((_VARIABLES[feature], "true") for feature in sorted(settings.features))


def deploy() -> None:
    """Register the foundation from Pulumi's config and every stack file; refuse settings before any resource exists."""
    known = limits()
    try:
        settings = asked_for(Settings, validate)
        found = members(settings, known)
    except SettingsError as error:
        raise SettingsRefused(error) from None
    export(FoundationStack("foundation", settings, found, own_member(settings, pulumi.get_stack()), known).outputs)
