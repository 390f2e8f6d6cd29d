"""Tell a cloud in which a stack's resources are from one in which none is: that of another account, most likely."""

from __future__ import annotations

from collections.abc import Collection

from program.engine.manifests import deployed_resources, region_and_account
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.errors import CouldNotRunError

# One that is gone alone says nothing.
_FEWEST = 2


def refuse_another_cloud(checkpoint: Checkpoint, gone: Collection[str], stack: str) -> None:
    """Raise CouldNotRunError when each of the stack's resources is among what is gone, by URN."""
    resources = [state.urn for state in checkpoint.states if state.of_the_cloud]
    if len(resources) < _FEWEST or not set(resources) <= set(gone):
        return
    region, account = region_and_account(deployed_resources(checkpoint))
    raise CouldNotRunError(
        f"none of the {len(resources)} resources of stack {stack} is in the cloud that was asked; they were deployed "
        f"to account {account or 'unknown'}, region {region or 'unknown'}: check the credentials. If somebody did "
        f"delete all of them, `./parity destroy {stack} --confirm {stack}` removes the stack"
    )
