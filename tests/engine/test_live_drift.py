"""Drift is what AWS says: what only outputs tell is found by the real engine's refresh, and judged as it is live."""

import json

from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import drift

pytestmark = [*needs_pulumi, needs_the_double]

ANYBODY = {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"], "self": False}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
STATEMENT = {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
ANOTHER_SECRET = "arn:aws:secretsmanager:us-east-2:111122223333:secret:rds!cluster-other-AbCdEf"
ADDED = {"name": "log_connections", "value": "1", "applyMethod": "immediate"}


def told(record):
    return {
        (change["name"], item["path"]): item["after"] for change in record["drifted"] for item in change["properties"]
    }


def test_what_only_outputs_tell_has_drifted_and_is_judged(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.set_property("database-security-group", "ingress", [ANYBODY])
        cloud.set_property("lambda-app-role", "managedPolicyArns", [ADMINISTRATOR])
        cloud.set_property("secrets-rotation-role", "inlinePolicies", [{"name": "debug", "policy": EVERYTHING}])
        cloud.set_property("lambda-app-function", "codeSha256", "other")
        (secret,) = cloud.properties("database-cluster")["masterUserSecrets"]
        cloud.set_property("database-cluster", "masterUserSecrets", [secret | {"secretArn": ANOTHER_SECRET}])
        parameters = cloud.properties("database-cluster-parameters")["parameters"]
        cloud.set_property("database-cluster-parameters", "parameters", [*parameters, ADDED])
        result, record = drift(deployed, STACK)

    assert (result.code, record["verdict"]) == (1, "drifted"), result.output
    assert told(record) == {
        ("database-cluster", "masterUserSecrets[0].secretArn"): ANOTHER_SECRET,
        ("database-cluster-parameters", "parameters[log_connections]"): ADDED,
        ("database-security-group", "ingress[]"): "tcp 5432 0.0.0.0/0",
        ("lambda-app-function", "codeSha256"): "other",
        ("lambda-app-role", "managedPolicyArns[]"): ADMINISTRATOR,
        ("secrets-rotation-role", "inlinePolicies[debug]"): {"name": "debug", "policy": json.loads(EVERYTHING)},
    }
    assert {advice["urn"].rpartition("::")[2] for advice in record["advice"] if advice["cause"]} == {
        *("database-cluster", "database-security-group", "lambda-app-function", "lambda-app-role"),
        "secrets-rotation-role",
    }
    broken = {
        (finding["rule"], finding["resource"].rpartition("::")[2])
        for finding in record["findings"]
        if finding["level"] == "mandatory" and finding["outcome"] == "failed"
    }
    assert {
        ("sg-hygiene", "database-security-group"),
        ("iam-no-managed-policies", "lambda-app-role"),
        ("iam-no-managed-policies", "secrets-rotation-role"),
    } <= broken
    # One parameter more is no other parameter less.
    assert {rule for rule, name in broken if name == "database-cluster-parameters"} <= {"rds-known-parameters"}


def test_what_changes_by_itself_or_is_read_back_otherwise_has_not_drifted(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.set_property("lambda-app-function", "lastModified", "2026-11-01T00:00:00.000+0000")
        cloud.set_property("database-cluster", "preferredMaintenanceWindow", "mon:01:00-mon:01:30")
        cloud.set_property("database-cluster", "caCertificateIdentifier", "rds-ca-rsa4096-g1")
        cloud.set_property("database-cluster", "performanceInsightsEnabled", True)
        cloud.set_property("database-instance-0", "writer", False)
        cloud.set_property("database-instance-0", "copyTagsToSnapshot", False)
        cloud.set_property("secrets-bootstrap", "versionStages", ["bootstrap"])
        with cloud.change() as contents:
            _, _, group = contents.named("database-cluster-parameters")
            for parameter in group.properties["parameters"]:
                parameter["applyMethod"] = "pending-reboot"
        result, record = drift(deployed, STACK)

    assert (result.code, record["verdict"]) == (0, "clean"), result.output
    assert {item["change"]["name"] for item in record["expected"]} == {
        "database-cluster",
        "database-cluster-parameters",
        "database-instance-0",
    }
