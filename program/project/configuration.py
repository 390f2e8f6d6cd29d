"""The configuration's manifest: what a stack asks for, known before any resource is, with its two hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.limits import Limits
from program.manifest.canonical import JsonObject, JsonValue, canonical, digest
from program.manifest.implied import NAME_PREFIX
from program.manifest.scaling import baseline
from program.project.setting import place_of
from program.project.settings import ProjectSettings

SCHEMA_VERSION = 1


def configuration_manifest(settings: ProjectSettings, limits: Limits, computed: Mapping[str, JsonValue]) -> JsonObject:
    """Return the manifest without resources, as a stack exports it; `computed` is what follows from the settings."""
    configuration: JsonObject = {}
    for path, value in (*_asked(settings), *computed.items()):
        _put(configuration, path, value)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "environment": settings.environment,
        "configuration": configuration,
        "configHash": digest(configuration),
        "baselineHash": digest(baseline(configuration, limits)),
    }


def exported(settings: ProjectSettings, manifest: JsonObject) -> dict[str, str]:
    """Return the outputs that every stack has: its configuration with the hashes, and which copy it is."""
    return {
        "configManifest": canonical(manifest).decode(),
        "configHash": str(manifest["configHash"]),
        "baselineHash": str(manifest["baselineHash"]),
        "environmentName": settings.environment,
        "environmentSuffix": settings.environment_suffix,
    }


def encrypted(deletion_window_days: int) -> dict[str, JsonValue]:
    """Return what the manifest says of the stack's own keys, which all rotate."""
    return {
        "encryption.deletionWindowDays": deletion_window_days,
        "encryption.keyRotation": True,
        "encryption.kmsEnabled": True,
    }


def _asked(settings: ProjectSettings) -> Iterator[tuple[str, JsonValue]]:
    """Yield the place and the value of each setting that is compared."""
    values: JsonObject = settings.model_dump(mode="json")
    for name, field in type(settings).model_fields.items():
        place = place_of(field)
        # Without a prefix there is none to compare: such a service has the manifest that it always had.
        if place and (place, values[name]) != (NAME_PREFIX, ""):
            yield place, values[name]


def _put(configuration: JsonObject, path: str, value: JsonValue) -> None:
    first, _, rest = path.partition(".")
    if not rest:
        configuration[first] = value
        return
    below = configuration.setdefault(first, {})
    if isinstance(below, dict):
        _put(below, rest, value)
