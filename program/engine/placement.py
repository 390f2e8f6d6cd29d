"""Compare where a stack is to be with where it is: the facts that every manifest has placeholders for."""

from __future__ import annotations

from collections.abc import Mapping

from policies import tokens
from program.engine.manifests import deployed_resources, region_and_account
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.sources import DECLARED, DEPLOYED
from program.manifest.canonical import JsonValue
from program.manifest.differences import Difference
from program.manifest.parity import CONFIGURATION
from program.project.settings import ProjectSettings


def place_differences(settings: ProjectSettings, checkpoint: Checkpoint) -> tuple[Difference, ...]:
    """Return where the settings ask for another place, copy or network than is deployed, sorted by property.

    What the deployment doesn't tell is left out; a stack that isn't deployed tells nothing.
    """
    declared: Mapping[str, JsonValue] = settings.model_dump(mode="json", by_alias=True)
    deployed = _deployed_place(settings, checkpoint) if checkpoint.deployed else {}
    return tuple(
        Difference(
            resource=CONFIGURATION,
            property=key,
            values={DECLARED: declared[key], DEPLOYED: value},
            declared=False,
        )
        for key, value in sorted(deployed.items())
        if key in declared and value != declared[key]
    )


def _deployed_place(settings: ProjectSettings, checkpoint: Checkpoint) -> dict[str, JsonValue]:
    """Return what the deployment tells, by the names that the settings have in a stack file."""
    region, _ = region_and_account(deployed_resources(checkpoint))
    reference, vpc = _reference_of(checkpoint), _vpc_of(checkpoint)
    told: dict[str, JsonValue] = {
        "region": region or None,
        "environment": checkpoint.outputs.get("environmentName"),
        "environmentSuffix": checkpoint.outputs.get("environmentSuffix"),
        # Ids of a network are placeholders too; those of a networking stack are its own affair.
        "vpcId": vpc if settings.given_network.get("vpcId") is not None else None,
    }
    facts: dict[str, JsonValue] = {key: value for key, value in told.items() if value is not None}
    # What is in a VPC and refers to no stack was given the network's ids, which is a fact too.
    return facts if reference is None and vpc is None else facts | {"networkingStackRef": reference}


def _reference_of(checkpoint: Checkpoint) -> str | None:
    return next((state.id for state in checkpoint.states if state.type == tokens.STACK_REFERENCE), None)


def _vpc_of(checkpoint: Checkpoint) -> str | None:
    """Return the VPC that the resources are in (all of them, where a change stopped half way); None where none says."""
    found = {str(state.inputs["vpcId"]) for state in checkpoint.states if "vpcId" in state.inputs}
    return ", ".join(sorted(found)) or None
