"""The configuration's manifest: what a stack asks for, known before any resource is, with its two hashes."""

from __future__ import annotations

from policies.limits import Limits
from program.manifest.canonical import JsonObject, digest
from program.manifest.implied import NAME_PREFIX
from program.manifest.scaling import baseline
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
    return {
        "lambda": {
            "architecture": settings.lambda_architecture,
            "cpu": settings.lambda_cpu,
            "memory": settings.lambda_memory,
            "reservedConcurrency": limits.common.reserved_concurrency[settings.lambda_cpu],
            "timeoutSeconds": settings.lambda_timeout_seconds,
        },
        "database": {
            "engineVersion": settings.database_engine_version,
            "instanceClass": settings.database_instance_class,
            "instances": settings.database_instances,
            "logStatement": settings.log_statement,
            "name": settings.database_name,
        },
        "secrets": {"codeHash": code_hash, "rotationDays": settings.secret_rotation_days},
        "backup": {"retentionDays": settings.backup_retention_days},
        "logging": {"retentionDays": settings.log_retention_days},
        "encryption": {
            "deletionWindowDays": getattr(window, settings.data_protection),
            "keyRotation": True,
            "kmsEnabled": True,
        },
        "dataProtection": settings.data_protection,
        "docker": {
            "digest": settings.image_digest,
            "imageUri": settings.docker_image_uri,
            "repository": settings.image_repository,
        },
        "monitoring": {
            "connectionsThreshold": settings.connections_threshold,
            "databaseCpuThreshold": settings.database_cpu_threshold,
            "email": settings.alarm_email is not None,
            "errorThreshold": settings.error_threshold,
            "latencyThreshold": settings.latency_threshold,
        },
        "networking": {"egress": settings.egress},
        # Absent where there is none: a service without one has the manifest that it always had.
        **({NAME_PREFIX: settings.name_prefix} if settings.name_prefix else {}),
    }
