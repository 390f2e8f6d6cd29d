"""The app's database credential: a secret without a password until the first rotation makes one."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import lambda_, secretsmanager

from program.project.iam import allow, document
from program.service.components.database import DatabaseComponent
from program.service.components.foundation import Foundation
from program.service.components.function import FunctionHost
from program.service.settings import BOOTSTRAP, DATABASE_PORT, DATABASE_USERNAME

PYTHON_RUNTIME = "python3.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsArgs:
    """What the secret opens, how often it rotates, and the code that rotates it."""

    database_name: str
    rotation_days: int
    concurrency: int
    code: pulumi.Archive
    code_hash: str


class SecretsComponent(pulumi.ComponentResource):
    """The secret, the function that rotates it, and the schedule: made in the order that AWS needs."""

    secret: secretsmanager.Secret
    rotation_function: lambda_.Function

    def __init__(
        self,
        name: str,
        args: SecretsArgs,
        *,
        database: DatabaseComponent,
        foundation: Foundation,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the secret and turn its rotation on, which rotates it at once."""
        super().__init__("tap:components:Secrets", name, None, opts)
        self._name, self._args, self._foundation, self._database = name, args, foundation, database
        self._child = pulumi.ResourceOptions(parent=self)
        self.secret = self._secret()
        version = self._bootstrap_version()
        host = FunctionHost(
            f"{name}-rotation",
            service="rotation",
            database_security_group_id=database.security_group.id,
            foundation=foundation,
            opts=self._child,
        )
        ingress = database.admit("rotation", host.security_group)
        self.rotation_function = self._rotation_function(host)
        secretsmanager.SecretRotation(
            f"{name}-schedule",
            secret_id=self.secret.id,
            rotation_lambda_arn=self.rotation_function.arn,
            rotate_immediately=True,
            rotation_rules=secretsmanager.SecretRotationRotationRulesArgs(automatically_after_days=args.rotation_days),
            # The first rotation runs at once: everything that it needs is there before it.
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[self._permission(), version, ingress, *host.way_out, *database.instances],
            ),
        )
        self.register_outputs({"secretArn": self.secret.arn})

    def _secret(self) -> secretsmanager.Secret:
        foundation, names = self._foundation, self._foundation.names
        secret = secretsmanager.Secret(
            f"{self._name}-credentials",
            name=names.physical("db", "credentials"),
            description="The app's database credential.",
            kms_key_id=foundation.key.arn,
            recovery_window_in_days=foundation.protection.secret_recovery_window_days,
            tags=names.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=foundation.protection.protected),
        )
        secretsmanager.SecretPolicy(
            f"{self._name}-credentials-policy",
            secret_arn=secret.arn,
            block_public_policy=True,
            policy=document(
                {
                    "Sid": "OnlyFromThisAccount",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "secretsmanager:*",
                    "Resource": "*",
                    "Condition": {
                        "StringNotEquals": {"aws:PrincipalAccount": foundation.arns.account},
                        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                    },
                }
            ),
            opts=self._child,
        )
        return secret

    def _bootstrap_version(self) -> secretsmanager.SecretVersion:
        return secretsmanager.SecretVersion(
            f"{self._name}-{BOOTSTRAP}",
            secret_id=self.secret.id,
            secret_string=pulumi.Output.json_dumps(
                {
                    "dbname": self._args.database_name,
                    "engine": "aurora-postgresql",
                    "host": self._database.endpoint,
                    "port": DATABASE_PORT,
                    "username": DATABASE_USERNAME,
                },
                sort_keys=True,
            ),
            # AWS collects versions without a label: with one of its own, this one stays when rotation has moved on, and
            # no refresh misses it, after which a deployment would put it again, in the place of the one in use.
            version_stages=["AWSCURRENT", BOOTSTRAP],
            # Rotation owns the secret from here on: neither its value nor its stages are drift.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString", "versionStages"]),
        )

    def _rotation_function(self, host: FunctionHost) -> lambda_.Function:
        foundation, args = self._foundation, self._args
        policy = host.grant(
            allow(
                "RotateTheSecret",
                [
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:UpdateSecretVersionStage",
                ],
                [self.secret.arn],
            ),
            allow(
                "ReadTheMasterCredential",
                ["secretsmanager:GetSecretValue"],
                [self._database.master_secret_arn],
            ),
            # GetRandomPassword knows no resources.
            allow("MakePasswords", ["secretsmanager:GetRandomPassword"], ["*"]),
            allow(
                "UseTheKeyForTheSecrets",
                ["kms:Decrypt", "kms:GenerateDataKey"],
                [foundation.key.arn],
                {
                    "StringEquals": {
                        "kms:EncryptionContext:SecretARN": [self.secret.arn, self._database.master_secret_arn]
                    }
                },
            ),
        )
        return lambda_.Function(
            f"{self._name}-rotation-function",
            name=host.function_name,
            description="Rotates the app's database credential.",
            package_type="Zip",
            runtime=PYTHON_RUNTIME,
            handler="handler.handle",
            code=args.code,
            source_code_hash=args.code_hash,
            architectures=["arm64"],
            memory_size=256,
            reserved_concurrent_executions=args.concurrency,
            timeout=60,
            role=host.role.arn,
            kms_key_arn=foundation.key.arn,
            environment=lambda_.FunctionEnvironmentArgs(
                variables={
                    "DB_HOST": self._database.endpoint,
                    "DB_NAME": args.database_name,
                    "DB_PORT": str(DATABASE_PORT),
                    "DB_USERNAME": DATABASE_USERNAME,
                    "ENVIRONMENT_NAME": foundation.names.environment,
                    "MASTER_SECRET_ARN": self._database.master_secret_arn,
                    "SECRET_ARN": self.secret.arn,
                }
            ),
            vpc_config=host.vpc_config,
            logging_config=host.logging_config,
            tracing_config=host.tracing_config,
            tags=foundation.names.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *host.way_out]),
        )

    def _permission(self) -> lambda_.Permission:
        return lambda_.Permission(
            f"{self._name}-rotation-permission",
            function=self.rotation_function.name,
            action="lambda:InvokeFunction",
            principal="secretsmanager.amazonaws.com",
            source_account=self._foundation.arns.account,
            source_arn=self.secret.arn,
            opts=self._child,
        )
