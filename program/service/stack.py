"""One stack of the system: settings in, resources and the configuration's manifest out."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi.runtime.config import is_config_secret
from pulumi_aws import kms

from policies.limits import Limits, limits
from program.errors import SettingsError
from program.project.configuration import exported
from program.project.definition import ROOT
from program.project.deployment import SettingsRefused, asked_for, export
from program.project.iam import Arns
from program.service.components.database import DatabaseArgs, DatabaseComponent
from program.service.components.foundation import Foundation
from program.service.components.lambda_ import LambdaArgs, LambdaComponent
from program.service.components.monitoring import MonitoringArgs, MonitoringComponent
from program.service.components.networking import network_of
from program.service.components.secrets import SecretsArgs, SecretsComponent
from program.service.configuration import stack_manifest
from program.service.key_policy import key_policy
from program.service.packaging import archive, source_hash
from program.service.protection import Protection
from program.service.settings import Settings
from program.service.validation import validate

ROTATION_FOLDER = ROOT / "lambda" / "rotation"
BUILD_FOLDER = ROOT / "build"


class TapStack(pulumi.ComponentResource):
    """The whole system of one environment, on a key of its own."""

    def __init__(self, name: str, settings: Settings, limits: Limits) -> None:
        """Make every component, each from its own settings and what stands before it."""
        super().__init__("tap:stack:TapStack", name)
        child = pulumi.ResourceOptions(parent=self)
        common = limits.common
        names = settings.names
        code_hash = source_hash(ROTATION_FOLDER)
        protection = Protection.of(settings.data_protection, common.kms_deletion_window_days)
        arns = Arns(region=settings.region, account=aws.get_caller_identity_output().account_id)
        foundation = Foundation(
            names=names,
            arns=arns,
            key=self._key(name, arns, settings, protection),
            network=network_of(settings),
            protection=protection,
            log_retention_days=settings.log_retention_days,
            boundary=settings.permissions_boundary or arns.policy(names.deployers.boundary),
        )
        database = DatabaseComponent(
            "database",
            DatabaseArgs(
                name=settings.database_name,
                engine=common.database_engine,
                engine_version=settings.database_engine_version,
                instance_class=settings.database_instance_class,
                instances=settings.database_instances,
                backup_retention_days=settings.backup_retention_days,
                log_statement=settings.log_statement,
            ),
            foundation=foundation,
            opts=child,
        )
        secrets = SecretsComponent(
            "secrets",
            SecretsArgs(
                database_name=settings.database_name,
                rotation_days=settings.secret_rotation_days,
                # What is allowed is one figure, the same everywhere.
                concurrency=common.rotation_concurrency[0],
                code=pulumi.FileArchive(str(archive(ROTATION_FOLDER, BUILD_FOLDER))),
                code_hash=code_hash,
            ),
            database=database,
            foundation=foundation,
            opts=child,
        )
        app = LambdaComponent(
            "lambda",
            LambdaArgs(
                image_uri=settings.docker_image_uri,
                architecture=settings.lambda_architecture,
                memory=settings.lambda_memory,
                timeout_seconds=settings.lambda_timeout_seconds,
                reserved_concurrency=common.reserved_concurrency[settings.lambda_cpu],
                database_name=settings.database_name,
            ),
            database=database,
            secrets=secrets,
            foundation=foundation,
            opts=child,
        )
        MonitoringComponent(
            "monitoring",
            MonitoringArgs(
                errors=settings.error_threshold,
                latency=settings.latency_threshold,
                connections=settings.connections_threshold,
                database_cpu=settings.database_cpu_threshold,
                instance_memory_gib=common.instance_memory_gib[settings.database_instance_class],
                has_reader=settings.database_instances > 1,
                email=_secret_if_given_so(settings.alarm_email, settings.config_key("alarm_email")),
            ),
            database=database,
            secrets=secrets,
            app=app,
            foundation=foundation,
            opts=child,
        )
        manifest = stack_manifest(settings, limits, code_hash)
        self.outputs: dict[str, pulumi.Input[str]] = {
            "databaseEndpoint": database.endpoint,
            "lambdaFunctionArn": app.function.arn,
            "secretArn": secrets.secret.arn,
            **exported(settings, manifest),
        }
        self.register_outputs(self.outputs)

    def _key(self, name: str, arns: Arns, settings: Settings, protection: Protection) -> kms.Key:
        names = settings.names
        key = kms.Key(
            f"{name}-key",
            description=f"All data of {names.physical('tap', 'stack')}.",
            enable_key_rotation=True,
            deletion_window_in_days=protection.kms_deletion_window_days,
            policy=key_policy(arns, names),
            tags=names.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=protection.protected),
        )
        kms.Alias(
            f"{name}-key-alias",
            name=f"alias/{names.physical('tap', 'key')}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return key


def _secret_if_given_so(value: str | None, key: str) -> pulumi.Input[str] | None:
    """Return the value of the config key, as a secret where the stack file keeps it as one."""
    return pulumi.Output.secret(value) if value is not None and is_config_secret(key) else value


def deploy() -> None:
    """Register one stack's resources from Pulumi's config; refuse settings before any resource exists."""
    try:
        settings = asked_for(Settings, validate)
    except SettingsError as error:
        raise SettingsRefused(error) from None
    export(TapStack("tap", settings, limits()).outputs)
