"""The app: a container image as a function in the VPC."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
from pulumi_aws import ecr, lambda_

from program.project.iam import allow
from program.service.components.database import DatabaseComponent
from program.service.components.foundation import Foundation
from program.service.components.function import FunctionHost
from program.service.components.secrets import SecretsComponent
from program.service.settings import DATABASE_PORT

# An image of ECR by its digest; Lambda takes no other.
_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[^@:]+)@(?P<digest>sha256:\w+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaArgs:
    """What the function is asked to be; memory in MB."""

    image_uri: str
    architecture: str
    memory: int
    timeout_seconds: int
    reserved_concurrency: int
    database_name: str


class LambdaComponent(pulumi.ComponentResource):
    """The app's function and what it may do: read its credential, reach the database."""

    function: lambda_.Function

    def __init__(
        self,
        name: str,
        args: LambdaArgs,
        *,
        database: DatabaseComponent,
        secrets: SecretsComponent,
        foundation: Foundation,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the function after its role's policy, log group and way out."""
        super().__init__("tap:components:Lambda", name, None, opts)
        secret_arn = secrets.secret.arn
        host = FunctionHost(
            f"{name}-app",
            service="app",
            database_security_group_id=database.security_group.id,
            foundation=foundation,
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = host.grant(
            allow("ReadTheCredential", ["secretsmanager:GetSecretValue"], [secret_arn]),
            allow(
                "DecryptTheCredential",
                ["kms:Decrypt"],
                [foundation.key.arn],
                {"StringEquals": {"kms:EncryptionContext:SecretARN": secret_arn}},
            ),
        )
        ingress = database.admit("app", host.security_group)
        self.function = lambda_.Function(
            f"{name}-app-function",
            name=host.function_name,
            description="The app.",
            package_type="Image",
            image_uri=_pushed(args.image_uri, pulumi.InvokeOptions(parent=self)),
            architectures=[args.architecture],
            memory_size=args.memory,
            timeout=args.timeout_seconds,
            reserved_concurrent_executions=args.reserved_concurrency,
            role=host.role.arn,
            kms_key_arn=foundation.key.arn,
            environment=lambda_.FunctionEnvironmentArgs(
                variables={
                    "DB_ENDPOINT": database.endpoint,
                    "DB_NAME": args.database_name,
                    "DB_PORT": str(DATABASE_PORT),
                    "DB_SECRET_ARN": secret_arn,
                    "ENVIRONMENT_NAME": foundation.names.environment,
                }
            ),
            vpc_config=host.vpc_config,
            logging_config=host.logging_config,
            tracing_config=host.tracing_config,
            tags=foundation.names.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, ingress, *host.way_out]),
        )
        self.register_outputs({"functionArn": self.function.arn})


def _pushed(image: str, opts: pulumi.InvokeOptions) -> pulumi.Output[str]:
    """Return the image once its registry says that it holds it.

    Lambda refuses one that isn't there, but only when the function is made: a quarter of an hour after the cluster.
    """
    parts = _IMAGE.fullmatch(image)
    if parts is None:
        return pulumi.Output.from_input(image)
    found = ecr.get_image_output(
        registry_id=parts["account"],
        region=parts["region"],
        repository_name=parts["repository"],
        image_digest=parts["digest"],
        opts=opts,
    )
    return found.apply(lambda _: image)
