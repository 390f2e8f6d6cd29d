"""IAM documents and the ARNs in them, built from names so that a preview knows them and no cycle arises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arns:
    """The ARNs of resources whose names are known, in one region of one account."""

    region: str
    account: pulumi.Input[str]

    @property
    def account_root(self) -> pulumi.Output[str]:
        """Return the principal that stands for the account: its own IAM policies decide."""
        return pulumi.Output.concat("arn:aws:iam::", self.account, ":root")

    def log_group(self, name: str) -> pulumi.Output[str]:
        """Return a log group's ARN, without the `:*` that stands for its streams."""
        return self._regional("logs", f"log-group:{name}")

    def function(self, name: str) -> pulumi.Output[str]:
        """Return an unqualified function's ARN."""
        return self._regional("lambda", f"function:{name}")

    def alarm(self, name: str) -> pulumi.Output[str]:
        """Return an alarm's ARN."""
        return self._regional("cloudwatch", f"alarm:{name}")

    def flow_log(self, identifier: str) -> pulumi.Output[str]:
        """Return a VPC flow log's ARN."""
        return self._regional("ec2", f"vpc-flow-log/{identifier}")

    def role(self, name: str) -> pulumi.Output[str]:
        """Return a role's ARN."""
        return self._global("role", name)

    def policy(self, name: str) -> pulumi.Output[str]:
        """Return a managed policy's ARN."""
        return self._global("policy", name)

    def database_instance(self, name: str) -> pulumi.Output[str]:
        """Return an RDS instance's ARN."""
        return self._regional("rds", f"db:{name}")

    def _global(self, kind: str, name: str) -> pulumi.Output[str]:
        return pulumi.Output.concat("arn:aws:iam::", self.account, f":{kind}/{name}")

    def _regional(self, service: str, resource: str) -> pulumi.Output[str]:
        return pulumi.Output.concat("arn:aws:", service, ":", self.region, ":", self.account, ":", resource)


def allow(
    sid: str, actions: Sequence[str], resources: Sequence[pulumi.Input[str]], condition: dict[str, Any] | None = None
) -> Statement:
    """Return a statement of an identity policy that allows the actions on the resources."""
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(resources),
    }
    return statement | ({"Condition": condition} if condition else {})


def grant(
    sid: str,
    principal: Mapping[str, pulumi.Input[str]],
    actions: Sequence[str],
    resource: pulumi.Input[str],
    condition: dict[str, Any] | None = None,
) -> Statement:
    """Return a statement of a resource policy that allows the principal the actions."""
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        "Resource": resource,
    }
    return statement | ({"Condition": condition} if condition else {})


def encrypt_logs(arns: Arns, *groups: str) -> Statement:
    """Return the statement of a key's policy by which CloudWatch Logs encrypts the log groups of these names.

    Its encryption context is the log group's ARN.
    """
    named: list[Any] = [arns.log_group(group) for group in groups]
    return grant(
        "EncryptLogs",
        {"Service": f"logs.{arns.region}.amazonaws.com"},
        ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "*",
        {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": named}},
    )


def document(*statements: Statement) -> pulumi.Output[str]:
    """Return the policy document as JSON text."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def trust(service: str, condition: dict[str, Any] | None = None) -> pulumi.Output[str]:
    """Return the trust policy of a role that one AWS service assumes."""
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return document(statement | ({"Condition": condition} if condition else {}))
