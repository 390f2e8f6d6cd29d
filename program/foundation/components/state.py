"""The place of every stack's state: a bucket under a key of its own, and a key for each environment's secrets in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import kms, s3

from program.foundation.rights.account import BUCKET_KEY
from program.foundation.rights.buckets import state_bucket_policy
from program.foundation.rights.keys import state_key_policy
from program.project.naming import Names
from program.service.protection import Protection

# Days after which a version of a state that was replaced is deleted: the way back from a state that was lost.
OLD_VERSIONS_DAYS = 365
# Days after which the parts of an upload that was cut off are deleted.
CUT_OFF_UPLOAD_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class StateArgs:
    """The bucket's name, its account, the environments whose stacks it holds, and how it is protected."""

    bucket: str
    account: str
    environments: Sequence[str]
    protection: Protection


def secrets_alias(names: Names, environment: str) -> str:
    """Return the alias of the key that encrypts the environment's secrets, by which stack files name it."""
    return f"alias/{names.physical(f'secrets-{environment}', 'key')}"


class StateComponent(pulumi.ComponentResource):
    """The bucket and the keys; `keys` are by environment, the bucket's under `BUCKET_KEY`."""

    keys: Mapping[str, kms.Key]
    bucket: s3.Bucket

    def __init__(self, name: str, args: StateArgs, *, names: Names, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the keys, then the bucket with all that closes it."""
        super().__init__("foundation:components:State", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._kept = pulumi.ResourceOptions(parent=self, protect=args.protection.protected)
        policy = state_key_policy(args.account)
        self.keys = {
            BUCKET_KEY: self._key(f"{name}-bucket-key", f"alias/{names.physical('state', 'key')}", policy, args, names),
            **{
                environment: self._key(
                    f"{name}-secrets-key-{environment}",
                    secrets_alias(names, environment),
                    policy,
                    args,
                    names,
                )
                for environment in args.environments
            },
        }
        self.bucket = self._bucket(name, args, names)
        self.register_outputs({"bucket": self.bucket.bucket})

    def _key(self, name: str, alias: str, policy: str, args: StateArgs, names: Names) -> kms.Key:
        key = kms.Key(
            name,
            description=f"State of Pulumi ({alias}).",
            enable_key_rotation=True,
            deletion_window_in_days=args.protection.kms_deletion_window_days,
            policy=policy,
            tags=names.tags,
            opts=self._kept,
        )
        kms.Alias(f"{name}-alias", name=alias, target_key_id=key.key_id, opts=self._child)
        return key

    def _bucket(self, name: str, args: StateArgs, names: Names) -> s3.Bucket:
        bucket = s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket,
            force_destroy=not args.protection.protected,
            tags=names.tags,
            opts=self._kept,
        )
        closed = s3.BucketPublicAccessBlock(
            f"{name}-bucket-public-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        s3.BucketOwnershipControls(
            f"{name}-bucket-ownership",
            bucket=bucket.bucket,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child,
        )
        versions = s3.BucketVersioning(
            f"{name}-bucket-versions",
            bucket=bucket.bucket,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._child,
        )
        s3.BucketServerSideEncryptionConfiguration(
            f"{name}-bucket-encryption",
            bucket=bucket.bucket,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=(
                        s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                            sse_algorithm="aws:kms", kms_master_key_id=self.keys[BUCKET_KEY].arn
                        )
                    ),
                    bucket_key_enabled=True,
                )
            ],
            opts=self._child,
        )
        # S3 changes a bucket's policy and its public access one after the other, or answers with a conflict.
        s3.BucketPolicy(
            f"{name}-bucket-policy",
            bucket=bucket.bucket,
            policy=state_bucket_policy(args.bucket, args.account),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[closed]),
        )
        s3.BucketLifecycleConfiguration(
            f"{name}-bucket-lifecycle",
            bucket=bucket.bucket,
            rules=[
                s3.BucketLifecycleConfigurationRuleArgs(
                    id="old-versions",
                    status="Enabled",
                    # Of every object.
                    filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=OLD_VERSIONS_DAYS
                    ),
                    abort_incomplete_multipart_upload=(
                        s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                            days_after_initiation=CUT_OFF_UPLOAD_DAYS
                        )
                    ),
                )
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versions]),
        )
        return bucket
