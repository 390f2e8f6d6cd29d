"""Compare one stack with itself: as declared, as planned and as deployed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from program.engine.records import LARGEST_RECORD, Hashes
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject, JsonValue, canonical
from program.manifest.differences import Difference
from program.manifest.members import member_leaves
from program.manifest.normalise import UNKNOWN
from program.manifest.parity import configuration_differences, resource_differences
from program.offline.documents import limited
from program.offline.redaction import beside_secrets
from program.offline.result import CheckedResource

DECLARED, PLANNED, DEPLOYED = "declared", "planned", "deployed"
# A reference to another resource's output, as the normaliser writes it; not to the place.
_REFERENCE = re.compile(r"\$\{[^{}.]+\.[^{}]+\}")
# By resource (`type::name`), then by property: the URNs that the property's value comes from.
Dependencies = Mapping[str, Mapping[str, tuple[str, ...]]]


def hashes_of(manifest: JsonObject | None) -> Hashes | None:
    """Return the manifest's hashes."""
    if manifest is None:
        return None
    resources = manifest["resourcesHash"]
    return Hashes(
        config_hash=str(manifest["configHash"]),
        baseline_hash=str(manifest["baselineHash"]),
        resources_hash=None if resources is None else str(resources),
        unknowns=int(str(manifest.get("unknowns", 0))),
    )


def read_manifest(file: Path) -> JsonObject:
    """Read what `manifest` printed; raise CouldNotRunError when the file holds something else."""
    try:
        manifest = json.loads(limited(file, LARGEST_RECORD))
        hashes_of(manifest)
        resources = manifest["resources"].items()
        return {**manifest, "resources": {key: {"inputs": dict(entry["inputs"])} for key, entry in resources}}
    except (CouldNotRunError, ValueError, KeyError, TypeError, AttributeError):
        raise CouldNotRunError(f"{file} is no manifest; give what `manifest STACK` prints") from None


def compare_sources(
    manifests: Mapping[str, JsonObject | None], declared: Dependencies, planned: Dependencies
) -> tuple[Difference, ...]:
    """Return where the sources differ; one that is None is left out.

    A planned value that isn't known yet is compared by the resources that it comes from.
    """
    present = {source: manifest for source, manifest in manifests.items() if manifest is not None}
    found = [*configuration_differences(present, ()), *resource_differences(present, (), set())]
    unknown = _unknown_paths(present.get(PLANNED))
    opened = _becoming(found) if unknown else []
    kept = [
        item for item in found if not (_open_in_plan(item, unknown) or item in opened) or _differ_without_plan(item)
    ]
    shown = [replace(item, values=beside_secrets(item.values)) for item in kept]
    return (*shown, *_other_dependencies(unknown, declared, planned))


def declared_dependencies(resources: Iterable[CheckedResource]) -> Dependencies:
    """Return where the recorded resources' properties come from."""
    return {f"{resource.type}::{resource.name}": resource.property_dependencies for resource in resources}


def planned_dependencies(preview: Path) -> Dependencies:
    """Return the same of what `pulumi preview --json` wrote; of a preview that wrote nothing, nothing."""
    try:
        steps = json.loads(preview.read_text(encoding="utf-8")).get("steps") or []
    except (OSError, ValueError):
        return {}
    states = [step["newState"] for step in steps if step.get("newState")]
    return {
        f"{state['type']}::{state['urn'].rpartition('::')[2]}": {
            key: tuple(sorted(urns)) for key, urns in (state.get("propertyDependencies") or {}).items()
        }
        for state in states
    }


def _unknown_paths(manifest: JsonObject | None) -> set[tuple[str, str]]:
    resources = manifest["resources"] if manifest is not None else {}
    entries = resources.items() if isinstance(resources, dict) else ()
    return {
        (key, path)
        for key, entry in entries
        if isinstance(entry, dict)
        for path, _, value in member_leaves(entry["inputs"])
        if value == UNKNOWN
    }


def _open_in_plan(difference: Difference, unknown: set[tuple[str, str]]) -> bool:
    """Tell whether the planned value isn't known yet, or is text that stands on what isn't."""
    return _below(difference, unknown) or (bool(unknown) and _may_become(difference))


def _becoming(found: Iterable[Difference]) -> list[Difference]:
    """Return the members of sets that the plan has as text, with the declared ones that these may become."""
    members = [item for item in found if item.property.endswith("[]")]
    return [
        item
        for item in members
        if any(_pair(item, other) or _pair(other, item) for other in members if other is not item)
    ]


def _pair(planned: Difference, declared: Difference) -> bool:
    same_set = (planned.resource, planned.property) == (declared.resource, declared.property)
    return same_set and _is_made_out(planned.values.get(PLANNED), declared.values.get(DECLARED))


def _may_become(difference: Difference) -> bool:
    """Tell whether the planned text is the declared one with a name made out where that refers to an output."""
    return _is_made_out(difference.values.get(PLANNED), difference.values.get(DECLARED))


def _is_made_out(planned: JsonValue, declared: JsonValue) -> bool:
    if not isinstance(planned, str) or not isinstance(declared, str):
        return False
    parts = _REFERENCE.split(declared)
    return len(parts) > 1 and re.fullmatch(".+".join(re.escape(part) for part in parts), planned) is not None


def _below(difference: Difference, unknown: set[tuple[str, str]]) -> bool:
    return any(
        difference.resource == key
        and (difference.property == path or difference.property.startswith((f"{path}.", f"{path}[")))
        for key, path in unknown
    )


def _differ_without_plan(difference: Difference) -> bool:
    others = {canonical(value) for source, value in difference.values.items() if source != PLANNED}
    return len(others) > 1


def _other_dependencies(
    unknown: set[tuple[str, str]], declared: Dependencies, planned: Dependencies
) -> list[Difference]:
    differences: list[Difference] = []
    for key, prop in sorted({(key, path.partition(".")[0].partition("[")[0]) for key, path in unknown}):
        sides = {
            source: sorted(_names(dependencies.get(key, {}).get(prop, ())))
            for source, dependencies in ((DECLARED, declared), (PLANNED, planned))
        }
        if sides[DECLARED] != sides[PLANNED]:
            values = {source: ", ".join(names) for source, names in sides.items()}
            differences.append(Difference(resource=key, property=f"{prop} (comes from)", values=values, declared=False))
    return differences


def _names(urns: Iterable[str]) -> set[str]:
    return {urn.rpartition("::")[2] for urn in urns}
