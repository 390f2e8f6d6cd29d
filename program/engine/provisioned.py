"""Wait until the first rotation has given the app's credential a password: only then is a deployment over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.errors import CouldNotRunError

_VERSION_TYPE = "aws:secretsmanager/secretVersion:SecretVersion"
_CURRENT = "AWSCURRENT"
PAUSE_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """The secret's first version, which the deployment puts and which has no password."""

    secret_arn: str
    version_id: str

    @property
    def region(self) -> str:
        """Return the region of the secret (the fourth part of an ARN)."""
        return self.secret_arn.split(":")[3]


def bootstrap_of(checkpoint: Checkpoint, stack: str) -> Bootstrap:
    """Return the version that the stack's deployment put; raise CouldNotRunError where there is none."""
    for state in checkpoint.states:
        secret, version = state.outputs.get("secretId"), state.outputs.get("versionId")
        if state.type == _VERSION_TYPE and isinstance(secret, str) and isinstance(version, str):
            return Bootstrap(secret_arn=secret, version_id=version)
    raise CouldNotRunError(f"stack {stack} has put no version of a secret; deploy it first")


def is_provisioned(bootstrap: Bootstrap) -> bool:
    """Tell whether a rotation has put a current version of its own; no secret value is read for it.

    Raises CouldNotRunError when Secrets Manager can't be asked.
    """
    try:
        client = boto3.client("secretsmanager", region_name=bootstrap.region)
        versions = client.describe_secret(SecretId=bootstrap.secret_arn).get("VersionIdsToStages", {})
    except (BotoCoreError, ClientError) as error:
        raise CouldNotRunError(
            f"Secrets Manager can't be asked for {bootstrap.secret_arn}: {error}; it needs credentials of the stack's "
            f"account that allow secretsmanager:DescribeSecret"
        ) from None
    current = [version for version, stages in versions.items() if _CURRENT in stages]
    return bool(current) and current != [bootstrap.version_id]


def wait_until_provisioned(bootstrap: Bootstrap, *, seconds: float, say: Callable[[str], None]) -> bool:
    """Ask again and again until it is so, or the time is over; return whether it is."""
    ends = time.monotonic() + seconds
    while not is_provisioned(bootstrap):
        left = ends - time.monotonic()
        if left <= 0:
            return False
        say(f"the first rotation has not ended; asking again, for at most {left:.0f} seconds more ...")
        time.sleep(min(PAUSE_SECONDS, left))
    return True
