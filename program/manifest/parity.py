"""Compare manifests: every property that differs, each side's value, and whether the difference is declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.limits import Difference as Declared
from policies.limits import Limits
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.differences import Comparison, Difference, to_be_alike
from program.manifest.members import unequal
from program.manifest.resources import covers
from program.manifest.scaling import scaling_paths

# The name of the configuration among the resources of a comparison.
CONFIGURATION = "configuration"
PRESENCE = "(resource)"
PRESENT = "present"


def compare(manifests: Mapping[str, JsonObject], limits: Limits, *, complete: bool) -> Comparison:
    """Compare the manifests by stack, those of each project with each other, a foundation with none.

    `complete` says that they are all, so that a declaration can be stale.
    """
    used: set[Declared] = set()
    differences: list[Difference] = []
    for alike in to_be_alike(manifests):
        differences += configuration_differences(alike, scaling_paths(limits))
        differences += resource_differences(alike, limits.differences, used)
    stale = [_describe(declared) for declared in limits.differences if declared not in used] if complete else []
    return Comparison(
        baseline_hash=_hashes(manifests, "baselineHash"),
        resources_hash=_hashes(manifests, "resourcesHash"),
        differences=tuple(differences),
        stale=tuple(stale),
    )


def _hashes(manifests: Mapping[str, JsonObject], name: str) -> dict[str, str]:
    # What isn't known yet has no hash, and is nobody's equal.
    return {stack: str(manifest[name] or "") for stack, manifest in manifests.items()}


def configuration_differences(manifests: Mapping[str, JsonObject], scaling: Sequence[str]) -> list[Difference]:
    """Return where the configurations differ; what lies on a scaling path is declared."""
    found = {stack: manifest["configuration"] for stack, manifest in manifests.items()}
    return [
        Difference(resource=CONFIGURATION, property=path, values=values, declared=path in scaling)
        for path, values in unequal(found)
    ]


def resource_differences(
    manifests: Mapping[str, JsonObject], declared: Sequence[Declared], used: set[Declared]
) -> list[Difference]:
    """Return where the resources differ, in presence or by property; the declarations that were needed go to `used`."""
    resources = {stack: _inputs(manifest) for stack, manifest in manifests.items()}
    differences: list[Difference] = []
    for key in sorted({key for inputs in resources.values() for key in inputs}):
        present = {stack: inputs[key] for stack, inputs in resources.items() if key in inputs}
        if len(present) < len(resources):
            values: dict[str, JsonValue] = {stack: PRESENT if stack in present else None for stack in resources}
            differences.append(_difference(key, None, values, declared, used))
        differences += [_difference(key, path, unlike, declared, used) for path, unlike in unequal(present)]
    return differences


def _difference(
    key: str,
    path: str | None,
    values: Mapping[str, JsonValue],
    declared: Sequence[Declared],
    used: set[Declared],
) -> Difference:
    covering = {declaration for declaration in declared if covers(declaration, key, path)}
    used |= covering
    return Difference(resource=key, property=path or PRESENCE, values=values, declared=bool(covering))


def _inputs(manifest: JsonObject) -> dict[str, JsonValue]:
    resources = manifest["resources"]
    entries = resources.items() if isinstance(resources, dict) else ()
    return {key: entry["inputs"] for key, entry in entries if isinstance(entry, dict)}


def _describe(declared: Declared) -> str:
    what = f"property {declared.property}" if declared.property else "presence"
    return f"{declared.type} {declared.name}: {what}"
