"""The configuration's manifest: what a stack asks for, known before any resource is, with its two hashes."""

from __future__ import annotations

from collections.abc import Iterator

from policies.limits import Limits
from program.manifest.canonical import JsonObject, JsonValue, digest
from program.manifest.implied import NAME_PREFIX
from program.manifest.scaling import baseline
from program.service.setting import place_of
from program.service.settings import Settings

SCHEMA_VERSION = 1


def stack_manifest(settings: Settings, limits: Limits, code_hash: str) -> JsonObject:
    """Return the manifest without resources, as a stack exports it."""
    configuration = _configuration(settings, limits, code_hash)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "environment": settings.environment,
        "configuration": configuration,
        "configHash": digest(configuration),
        "baselineHash": digest(baseline(configuration, limits)),
    }


def _configuration(settings: Settings, limits: Limits, code_hash: str) -> JsonObject:
    window = limits.common.kms_deletion_window_days
    computed: dict[str, JsonValue] = {
        "lambda.reservedConcurrency": limits.common.reserved_concurrency[settings.lambda_cpu],
        "secrets.codeHash": code_hash,
        "encryption.deletionWindowDays": getattr(window, settings.data_protection),
        "encryption.keyRotation": True,
        "encryption.kmsEnabled": True,
        "docker.digest": settings.image_digest,
        "docker.repository": settings.image_repository,
        "monitoring.email": settings.alarm_email is not None,
    }
    configuration: JsonObject = {}
    for path, value in (*_asked(settings), *computed.items()):
        _put(configuration, path, value)
    return configuration


def _asked(settings: Settings) -> Iterator[tuple[str, JsonValue]]:
    """Yield the place and the value of each setting that is compared."""
    values: JsonObject = settings.model_dump(mode="json")
    for name, field in Settings.model_fields.items():
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
