"""The app's image: a repository in each region that a stack pulls from, filled by the one that it is pushed to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ecr

from program.foundation.rights.buckets import image_repository_policy
from program.project.naming import Names
from program.service.protection import Protection

# Days after which what has no tag is deleted: an image that is built has one, so that no stack deploys these.
UNTAGGED_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageArgs:
    """The repository's name, its account, the region that is pushed to, and in each region the functions that pull."""

    repository: str
    account: str
    region: str
    functions: Mapping[str, Sequence[str]]
    protection: Protection


class ImageComponent(pulumi.ComponentResource):
    """One repository in each region, made here so that the copies have the same policy as the first."""

    repositories: Mapping[str, ecr.Repository]

    def __init__(self, name: str, args: ImageArgs, *, names: Names, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the repositories, then what fills the others."""
        super().__init__("foundation:components:Image", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        regions = sorted({args.region, *args.functions})
        self.repositories = {region: self._repository(name, region, args, names) for region in regions}
        others = [region for region in regions if region != args.region]
        if others:
            ecr.ReplicationConfiguration(
                f"{name}-replication",
                region=args.region,
                replication_configuration=ecr.ReplicationConfigurationReplicationConfigurationArgs(
                    rules=[
                        ecr.ReplicationConfigurationReplicationConfigurationRuleArgs(
                            destinations=[
                                ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs(
                                    region=region, registry_id=args.account
                                )
                                for region in others
                            ],
                            repository_filters=[
                                ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArgs(
                                    filter=args.repository, filter_type="PREFIX_MATCH"
                                )
                            ],
                        )
                    ]
                ),
                # An image that comes before its repository would make one without these policies.
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(self.repositories.values())),
            )
        self.register_outputs({"repository": self.repositories[args.region].name})

    def _repository(self, name: str, region: str, args: ImageArgs, names: Names) -> ecr.Repository:
        repository = ecr.Repository(
            f"{name}-repository-{region}",
            name=args.repository,
            region=region,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            # Code without data: under a key of ours, a mistake in its policy would stop every function's start.
            encryption_configurations=[ecr.RepositoryEncryptionConfigurationArgs(encryption_type="AES256")],
            force_delete=not args.protection.protected,
            tags=names.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protection.protected),
        )
        functions = args.functions.get(region, ())
        if functions:
            ecr.RepositoryPolicy(
                f"{name}-policy-{region}",
                repository=repository.name,
                region=region,
                policy=image_repository_policy(args.account, functions),
                opts=self._child,
            )
        ecr.LifecyclePolicy(
            f"{name}-lifecycle-{region}",
            repository=repository.name,
            region=region,
            policy=_lifecycle(),
            opts=self._child,
        )
        return repository


def _lifecycle() -> str:
    rule = {
        "rulePriority": 1,
        "description": "What has no tag is what nobody deploys.",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": UNTAGGED_DAYS,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, separators=(",", ":"), sort_keys=True)
