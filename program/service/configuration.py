"""The configuration's manifest of the service: what its stack asks for, and what follows from that."""

from __future__ import annotations

from policies.limits import Limits
from program.manifest.canonical import JsonObject
from program.project.configuration import configuration_manifest, encrypted
from program.service.settings import Settings


def stack_manifest(settings: Settings, limits: Limits, code_hash: str) -> JsonObject:
    """Return the manifest without resources, as a stack exports it."""
    window = limits.common.kms_deletion_window_days
    return configuration_manifest(
        settings,
        limits,
        {
            "lambda.reservedConcurrency": limits.common.reserved_concurrency[settings.lambda_cpu],
            "secrets.codeHash": code_hash,
            **encrypted(getattr(window, settings.data_protection)),
            "docker.digest": settings.image_digest,
            "docker.repository": settings.image_repository,
            "monitoring.email": settings.alarm_email is not None,
        },
    )
