"""The whole manifest of one stack: its configuration's, and all resources as they must be in every stack."""

from __future__ import annotations

from collections.abc import Sequence

from policies import tokens
from policies.globs import matches
from policies.limits import Difference, Limits
from program.manifest.canonical import JsonObject, JsonValue, digest
from program.manifest.implied import with_implied
from program.manifest.members import member_leaves
from program.manifest.normalise import UNKNOWN, Normaliser, Place, Resource, leaves

# Not resources of the system: the stack itself, the other stack it reads, and the provider.
_NOT_COMPARED = (tokens.STACK, tokens.STACK_REFERENCE, "pulumi:providers:*")


def full_manifest(
    configuration: JsonObject,
    place: Place,
    resources: Sequence[Resource],
    limits: Limits,
) -> JsonObject:
    """Return the configuration's manifest with `resources` and `resourcesHash` added.

    While values aren't known yet, there is no hash: `unknowns` counts them in its place.
    """
    normaliser, differences = Normaliser(place, resources), limits.differences
    asked = configuration.get("configuration")
    inputs = {
        resource.key: with_implied(resource.type, normaliser.inputs(resource), asked, limits)
        for resource in resources
        if _is_compared(resource)
    }
    entries: JsonObject = {key: {"digest": digest(inputs[key]), "inputs": inputs[key]} for key in sorted(inputs)}
    shared: JsonObject = {
        key: _without_declared(key, inputs[key], differences)
        for key in sorted(inputs)
        if not any(covers(difference, key, None) for difference in differences)
    }
    unknowns = sum(value == UNKNOWN for item in inputs.values() for _, value in leaves(item))
    if unknowns:
        return configuration | {"resources": entries, "resourcesHash": None, "unknowns": unknowns}
    return configuration | {"resources": entries, "resourcesHash": digest(shared)}


def _is_compared(resource: Resource) -> bool:
    """Tell whether the resource is part of the manifest; of providers, those are that the program made."""
    made = resource.type.startswith("pulumi:providers:") and not resource.name.startswith("default")
    return made or is_compared(resource.type)


def is_compared(type_: str) -> bool:
    """Tell whether resources of the type are part of the manifest."""
    return not any(matches(type_, pattern) for pattern in _NOT_COMPARED)


def covers(difference: Difference, key: str, path: str | None) -> bool:
    """Tell whether a declared difference covers the property at the path, or the presence where path is None.

    A declared property covers what stands below it too.
    """
    return _is_about(difference, key) and _reaches(difference.property, path)


def _is_about(difference: Difference, key: str) -> bool:
    type_, _, name = key.partition("::")
    return matches(type_, difference.type) and matches(name, difference.name)


def _reaches(declared: str | None, path: str | None) -> bool:
    if path is None or declared is None:
        return path is None and declared is None
    return path == declared or path.startswith((f"{declared}.", f"{declared}["))


def _without_declared(key: str, inputs: JsonObject, differences: Sequence[Difference]) -> JsonValue:
    """Return the leaves of the inputs that no declaration covers, which is all that must be equal."""
    # Most resources have none.
    own = [difference.property for difference in differences if _is_about(difference, key)]
    return {
        place: value
        for path, place, value in member_leaves(inputs)
        if not any(_reaches(declared, path) for declared in own)
    }
