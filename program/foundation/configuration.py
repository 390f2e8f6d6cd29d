"""The configuration's manifest of the foundation: what its stack asks for, and what follows from that."""

from __future__ import annotations

from policies.limits import Limits
from program.foundation.settings import Settings
from program.manifest.canonical import JsonObject
from program.project.configuration import configuration_manifest, encrypted


def stack_manifest(settings: Settings, limits: Limits) -> JsonObject:
    """Return the manifest without resources, as a stack exports it."""
    window = limits.common.kms_deletion_window_days
    return configuration_manifest(settings, limits, encrypted(getattr(window, settings.data_protection)))
