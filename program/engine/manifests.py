"""Make the manifest of a stack as a preview plans it, or as its backend holds it: by the same normaliser as offline."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from policies import tokens
from policies.limits import Limits
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.pulumi_cli.events import EventLog, Side, Step
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.normalise import UNKNOWN_SENTINEL, Place, Resource, leaves, of_a_network
from program.manifest.resources import full_manifest
from program.project.settings import ProjectSettings

_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):(\d{12}):")
_GONE = frozenset({"delete", "delete-replaced"})


def deployed_manifest(checkpoint: Checkpoint, settings: ProjectSettings | None, limits: Limits) -> JsonObject | None:
    """Return the manifest of what is deployed; None before the first deployment has ended.

    `settings` give the network's ids where they come from no other stack.
    """
    resources = deployed_resources(checkpoint)
    return _manifest(checkpoint.outputs, resources, region_and_account(resources), settings, limits)


def deployed_resources(checkpoint: Checkpoint) -> list[Resource]:
    """Return what is deployed as the manifest sees it."""
    return [
        _resource(state.type, state.name, state.inputs, {**state.outputs, "id": state.id}, custom=state.custom)
        for state in checkpoint.states
    ]


def planned_manifest(log: EventLog, settings: ProjectSettings, limits: Limits) -> JsonObject | None:
    """Return the manifest of what a preview plans; None when the program did not come to its outputs."""
    sides = _sides((*log.begun, *log.ended))
    outputs = next((side.outputs for step, side in sides if step.type == tokens.STACK), {})
    resources = [
        _resource(step.type, step.name, side.inputs, _known({**side.outputs, "id": side.id}), custom=side.custom)
        for step, side in sides
    ]
    # Where a plan makes its resources is what the stack file says; what isn't made yet has no ARN.
    _, account = region_and_account(resources)
    return _manifest(outputs, resources, (settings.region, account), settings, limits)


def _resource(type_: str, name: str, inputs: JsonObject, outputs: JsonObject, *, custom: bool) -> Resource:
    # A component's outputs are those of its children; as references they go by the children's names.
    return Resource(type=type_, name=name, inputs=inputs, outputs=outputs if custom else {})


def _sides(steps: Iterable[Step]) -> list[tuple[Step, Side]]:
    """Return each resource that is there afterwards, as its last step leaves it."""
    last = {step.urn: (step, step.new) for step in steps if step.operation not in _GONE and step.new is not None}
    return [last[urn] for urn in sorted(last)]


def _manifest(
    outputs: JsonObject,
    resources: Sequence[Resource],
    place: tuple[str, str],
    settings: ProjectSettings | None,
    limits: Limits,
) -> JsonObject | None:
    configuration = outputs.get("configManifest")
    if not isinstance(configuration, str):
        return None
    region, account = place
    where = Place(
        environment=str(outputs["environmentName"]),
        suffix=str(outputs["environmentSuffix"]),
        region=region,
        account=account,
        networking=_networking(resources, settings),
    )
    return full_manifest(json.loads(configuration), where, resources, limits)


def region_and_account(resources: Iterable[Resource]) -> tuple[str, str]:
    """Return the region and the account that most of the resources' own ARNs name, else most of all ARNs.

    Empty where there is none. A policy may name other regions more often than its own.
    """
    resources = list(resources)
    found = _places(resource.outputs.get("arn") for resource in resources) or _places(
        value for resource in resources for _, value in (*leaves(resource.inputs), *leaves(resource.outputs))
    )
    (most, _), *_ = sorted(found.items(), key=lambda item: (-item[1], item[0])) or [(("", ""), 0)]
    return most


def _places(values: Iterable[JsonValue]) -> Counter[tuple[str, str]]:
    texts = (value for value in values if isinstance(value, str))
    return Counter((match[1], match[2]) for text in texts for match in _ARN.finditer(text) if match[1])


def _networking(resources: Iterable[Resource], settings: ProjectSettings | None) -> JsonObject:
    for resource in resources:
        outputs = resource.outputs.get("outputs")
        if resource.type == tokens.STACK_REFERENCE and isinstance(outputs, dict):
            return of_a_network(outputs)
    return settings.given_network if settings is not None else {}


def _known(outputs: Mapping[str, JsonValue]) -> JsonObject:
    return {key: value for key, value in outputs.items() if value != UNKNOWN_SENTINEL}
