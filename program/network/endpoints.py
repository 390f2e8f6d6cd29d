"""The AWS services that a function reaches from its private subnet, each by an endpoint of its own, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service behind an endpoint: why a function calls it, and the calls that the endpoint lets through.

    `of_account` are calls on the account's own resources; the others know no resource.
    """

    why: str
    of_account: tuple[str, ...]
    without_resource: tuple[str, ...] = ()


# What is not here needs no way out of the private subnets: Lambda itself writes a function's logs, sends its trace (the
# daemon is Lambda's own, and traces of functions in a VPC arrive: aws/aws-xray-daemon#26) and pulls its image; Secrets
# Manager itself asks KMS; the rotation speaks with the database, not with RDS's API.
SERVICES: Mapping[str, Service] = {
    "secretsmanager": Service(
        why="The app reads its credential (lambda/app/secret_cache.py), the rotation makes it (rotation/vault.py).",
        of_account=(
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ),
        without_resource=("secretsmanager:GetRandomPassword",),
    ),
}
