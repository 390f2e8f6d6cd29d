"""Who may do what: GitHub's identity provider, the boundaries, and a role for each GitHub environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam

from program.foundation.rights.account import AccountRights
from program.foundation.rights.roles import Role
from program.foundation.rights.trust import AUDIENCE, PROVIDER
from program.project.naming import Names

# Seconds that a job may act by its role: a deployment waits for a database.
SESSION_SECONDS = 7200


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsArgs:
    """All rights of the account; the ARNs of keys that stand in them under a placeholder; whether GitHub is known."""

    rights: AccountRights
    keys: Mapping[str, pulumi.Output[str]]
    makes_provider: bool


class RightsComponent(pulumi.ComponentResource):
    """The roles; `roles` are by their names."""

    roles: Mapping[str, iam.Role]

    def __init__(
        self, name: str, args: RightsArgs, *, names: Names, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the provider and the boundaries, then the roles with their policies."""
        super().__init__("foundation:components:Rights", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._names = names
        trusted: list[pulumi.Resource] = []
        if args.makes_provider:
            provider = iam.OpenIdConnectProvider(
                f"{name}-github",
                url=f"https://{PROVIDER}",
                client_id_lists=[AUDIENCE],
                tags=names.tags,
                opts=self._child,
            )
            trusted.append(provider)
        for boundary in args.rights.copy_boundaries:
            self._policy(
                boundary.logical, boundary.name, "The most that a role of this copy may ever do.", boundary.document
            )
        limits = {
            label: self._policy(
                limit.logical, limit.name, "The most that a role of the workflows may ever do.", limit.document
            ).arn
            for label, limit in args.rights.workflow_boundaries.items()
        }
        self.roles = {
            role.name: self._role(role, limits[role.label], args.keys, trusted)
            for roles in args.rights.roles.values()
            for role in roles
        }
        self.register_outputs({"roles": len(self.roles)})

    def _role(
        self,
        role: Role,
        boundary: pulumi.Output[str],
        keys: Mapping[str, pulumi.Output[str]],
        trusted: list[pulumi.Resource],
    ) -> iam.Role:
        made = iam.Role(
            f"{role.logical}-role",
            name=role.name,
            description=f"Stands for the environment {role.environment} of GitHub.",
            assume_role_policy=role.trust,
            max_session_duration=SESSION_SECONDS,
            permissions_boundary=boundary,
            tags=self._names.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=trusted),
        )
        parts = zip(role.policy_names, role.policies, strict=True)
        for number, (physical, document) in enumerate(parts, start=1):
            name = f"{role.logical}-policy-{number}"
            policy = self._policy(
                name,
                physical,
                f"What {role.name} may do, part {number}.",
                _with_keys(document, keys),
            )
            iam.RolePolicyAttachment(f"{name}-attachment", role=made.name, policy_arn=policy.arn, opts=self._child)
        return made

    def _policy(self, name: str, physical: str, description: str, document: pulumi.Input[str]) -> iam.Policy:
        return iam.Policy(
            name,
            name=physical,
            description=description,
            policy=document,
            tags=self._names.tags,
            opts=self._child,
        )


def _with_keys(document: str, keys: Mapping[str, pulumi.Output[str]]) -> pulumi.Input[str]:
    """Return the document with the keys' ARNs where their placeholders stand; as it is where none does."""
    used = {placeholder: arn for placeholder, arn in keys.items() if placeholder in document}
    if not used:
        return document

    def written(arns: Mapping[str, str]) -> str:
        text = document
        for placeholder, arn in arns.items():
            text = text.replace(placeholder, arn)
        return text

    return pulumi.Output.all(**used).apply(written)
