"""The policy of the stack's key: who may use it, for what, and through which AWS service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from policies.key_actions import ADMINISTRATION, READING
from program.project.iam import Arns, Statement, document, encrypt_logs, grant
from program.project.naming import Names

_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
# The services that use the key for whoever calls them in this account.
_SERVICES_IN_USE = ("lambda", "rds", "secretsmanager", "sns")


def key_policy(arns: Arns, names: Names) -> pulumi.Output[str]:
    """Return the key's policy.

    Every use is by a service; the account's own principals administer the key and can't decrypt with it directly. The
    roles that deploy and compare the stack are named: no policy of theirs speaks of keys, so that they reach no other.
    """
    account: Mapping[str, Any] = {"AWS": arns.account_root}
    deployer: Mapping[str, Any] = {"AWS": arns.role(names.deployers.deploy_role)}
    comparer: Mapping[str, Any] = {"AWS": arns.role(names.deployers.drift_role)}
    via = {
        "kms:CallerAccount": arns.account,
        "kms:ViaService": [f"{service}.{arns.region}.amazonaws.com" for service in _SERVICES_IN_USE],
    }
    return document(
        grant("AdministerTheKey", account, ADMINISTRATION, "*"),
        grant("UseThroughServices", account, _USE, "*", {"StringEquals": via}),
        _grants("GrantToServices", account, via),
        encrypt_logs(
            arns,
            f"/aws/lambda/{names.physical('app', 'function')}",
            f"/aws/lambda/{names.physical('rotation', 'function')}",
            f"/aws/rds/cluster/{names.physical('db', 'cluster')}/postgresql",
        ),
        grant(
            "AlarmsPublish",
            {"Service": "cloudwatch.amazonaws.com"},
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            "*",
            {
                "StringEquals": {"aws:SourceAccount": arns.account},
                "ArnLike": {"aws:SourceArn": arns.alarm(names.physical("*", "alarm"))},
            },
        ),
        grant("DeployTheKey", deployer, ADMINISTRATION, "*"),
        grant("CompareTheKey", comparer, READING, "*"),
        grant("DeployThroughServices", deployer, _USE, "*", {"StringEquals": via}),
        grant("CompareThroughServices", comparer, ["kms:Decrypt"], "*", {"StringEquals": via}),
        _grants("DeployWithGrants", deployer, via),
    )


def _grants(sid: str, principal: Mapping[str, Any], via: dict[str, Any]) -> Statement:
    only_for_services = {"StringEquals": via, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    return grant(sid, principal, ["kms:CreateGrant"], "*", only_for_services)
