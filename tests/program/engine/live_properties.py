"""What somebody or AWS may change of what is deployed, and what `drift` says of it: the rows of policies/DRIFT.md.

`python -m tests.program.engine.live_properties` writes the document anew, from these rows and from what the drift check
really says of each.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from policies.drift_noise import load_noise
from policies.limits import load_limits
from program.engine.advice import Adviser
from program.engine.drift_changes import DriftReader
from program.project.definition import ROOT
from tests.program.engine.live import GONE, Added, recorded_live
from tests.program.engine.standin import stack_of

DOCUMENT = ROOT / "policies" / "DRIFT.md"
DRIFTED, NO_DRIFT, EXPECTED = "drifted", "no drift", "no drift, told"
HAND, AWS = "by hand", "by AWS"
_KEY = "arn:aws:kms:us-east-2:111122223333:key/00000000-0000-0000-0000-000000000000"
_SECRET = "arn:aws:secretsmanager:us-east-2:111122223333:secret:other-AbCdEf"
_ANYBODY = {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"], "self": False}
_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_ALLOW_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
_LONGEST = 60


@dataclass(frozen=True)
class Row:
    """One change of one resource, by whom, and the verdict that is right; `path` is where in the outputs, by `/`."""

    by: str
    name: str
    path: str
    value: object
    verdict: str = DRIFTED


ROWS = (
    # Who reaches the database, and what the functions may reach.
    Row(HAND, "database-security-group", "ingress", Added([_ANYBODY])),
    Row(HAND, "database-security-group", "ingress", Added([_ANYBODY | {"cidrBlocks": [], "ipv6CidrBlocks": ["::/0"]}])),
    Row(HAND, "database-security-group", "ingress", Added([_ANYBODY | {"cidrBlocks": [], "self": True}])),
    Row(HAND, "database-security-group", "egress", Added([_ANYBODY | {"protocol": "-1", "fromPort": 0, "toPort": 0}])),
    Row(HAND, "lambda-app-security-group", "egress", Added([_ANYBODY | {"fromPort": 22, "toPort": 25}])),
    Row(HAND, "database-security-group", "tags/Owner", "somebody"),
    Row(HAND, "database-ingress-app", "", GONE),
    Row(HAND, "database-ingress-app", "fromPort", 1024),
    Row(HAND, "lambda-app-egress-https", "cidrIpv4", "0.0.0.0/0"),
    # The roles, and what they may do.
    Row(HAND, "lambda-app-role", "managedPolicyArns", Added([_ADMIN])),
    Row(HAND, "lambda-app-role", "inlinePolicies", Added([{"name": "debug", "policy": _ALLOW_ALL}])),
    Row(HAND, "lambda-app-role", "assumeRolePolicy", _ALLOW_ALL),
    Row(HAND, "lambda-app-role", "maxSessionDuration", 43200),
    Row(HAND, "lambda-app-role", "permissionsBoundary", _ADMIN),
    Row(HAND, "lambda-app-role", "uniqueId", "AROAMADEAGAIN00000000"),
    Row(HAND, "lambda-app-policy", "policy", _ALLOW_ALL),
    Row(HAND, "lambda-app-policy", "", GONE),
    Row(AWS, "lambda-app-role", "createDate", "2026-02-01T00:00:00Z", NO_DRIFT),
    # The functions.
    Row(HAND, "lambda-app-function", "codeSha256", "0" * 64),
    Row(HAND, "lambda-app-function", "imageUri", "111122223333.dkr.ecr.us-east-2.amazonaws.com/other@sha256:0"),
    Row(HAND, "lambda-app-function", "memorySize", 128),
    Row(HAND, "lambda-app-function", "timeout", 900),
    Row(HAND, "lambda-app-function", "reservedConcurrentExecutions", 1),
    Row(HAND, "lambda-app-function", "environment/variables/DEBUG", "1"),
    Row(HAND, "lambda-app-function", "layers", ["arn:aws:lambda:us-east-2:111122223333:layer:spy:1"]),
    Row(HAND, "lambda-app-function", "kmsKeyArn", _KEY),
    Row(HAND, "lambda-app-function", "tracingConfig/mode", "PassThrough"),
    Row(HAND, "lambda-app-function", "vpcConfig/securityGroupIds", Added(["sg-00000000000000000"])),
    Row(HAND, "lambda-app-function", "ephemeralStorage/size", 10240),
    Row(HAND, "secrets-rotation-function", "runtime", "python3.9"),
    Row(HAND, "secrets-rotation-function", "handler", "other.handle"),
    Row(HAND, "secrets-rotation-permission", "", GONE),
    Row(AWS, "lambda-app-function", "lastModified", "2026-02-01T00:00:00.000+0000", NO_DRIFT),
    Row(AWS, "lambda-app-function", "sourceCodeSize", 4096, NO_DRIFT),
    # The cluster.
    Row(AWS, "database-cluster", "engineVersion", "15.18"),
    Row(AWS, "database-cluster", "engineVersionActual", "15.18"),
    Row(HAND, "database-cluster", "backupRetentionPeriod", 1),
    Row(HAND, "database-cluster", "deletionProtection", True),
    Row(HAND, "database-cluster", "iamDatabaseAuthenticationEnabled", False),
    Row(HAND, "database-cluster", "enabledCloudwatchLogsExports", []),
    Row(HAND, "database-cluster", "vpcSecurityGroupIds", Added(["sg-00000000000000000"])),
    Row(HAND, "database-cluster", "dbClusterParameterGroupName", "default.aurora-postgresql15"),
    Row(HAND, "database-cluster", "masterUserSecrets/0/secretArn", _SECRET),
    Row(HAND, "database-cluster", "iamRoles", ["arn:aws:iam::111122223333:role/s3-export"]),
    Row(HAND, "database-cluster", "enableHttpEndpoint", True),
    Row(HAND, "database-cluster", "port", 5433),
    Row(HAND, "database-cluster", "clusterMembers", Added(["somebodys-reader"])),
    Row(HAND, "database-cluster", "endpoint", "another.cluster.us-east-2.rds.amazonaws.com"),
    Row(HAND, "database-cluster", "", GONE),
    Row(AWS, "database-cluster", "allocatedStorage", 20, NO_DRIFT),
    Row(AWS, "database-cluster", "availabilityZones", ["us-east-2a", "us-east-2b", "us-east-2c"], NO_DRIFT),
    Row(AWS, "database-cluster", "caCertificateIdentifier", "rds-ca-rsa4096-g1", NO_DRIFT),
    Row(AWS, "database-cluster", "caCertificateValidTill", "2061-05-21T00:00:00Z", NO_DRIFT),
    Row(AWS, "database-cluster", "masterUserSecrets/0/secretStatus", "rotating", NO_DRIFT),
    Row(AWS, "database-cluster", "performanceInsightsEnabled", True, EXPECTED),
    Row(AWS, "database-cluster", "performanceInsightsKmsKeyId", _KEY, NO_DRIFT),
    Row(AWS, "database-cluster", "performanceInsightsRetentionPeriod", 7, NO_DRIFT),
    Row(AWS, "database-cluster", "preferredBackupWindow", "01:00-01:30", NO_DRIFT),
    Row(AWS, "database-cluster", "preferredMaintenanceWindow", "mon:01:00-mon:01:30", NO_DRIFT),
    # Its instances.
    Row(HAND, "database-instance-0", "instanceClass", "db.r6g.4xlarge"),
    Row(HAND, "database-instance-0", "publiclyAccessible", True),
    Row(HAND, "database-instance-0", "autoMinorVersionUpgrade", True),
    Row(HAND, "database-instance-0", "performanceInsightsEnabled", False),
    Row(HAND, "database-instance-0", "monitoringInterval", 0),
    Row(HAND, "database-instance-0", "dbParameterGroupName", "default.aurora-postgresql15"),
    Row(AWS, "database-instance-0", "engineVersion", "15.18"),
    Row(AWS, "database-instance-0", "availabilityZone", "us-east-2c", NO_DRIFT),
    Row(AWS, "database-instance-0", "caCertIdentifier", "rds-ca-rsa4096-g1", NO_DRIFT),
    Row(AWS, "database-instance-0", "copyTagsToSnapshot", False, EXPECTED),
    Row(AWS, "database-instance-0", "preferredBackupWindow", "01:00-01:30", NO_DRIFT),
    Row(AWS, "database-instance-0", "preferredMaintenanceWindow", "mon:01:00-mon:01:30", NO_DRIFT),
    Row(AWS, "database-instance-0", "writer", False, NO_DRIFT),
    # The parameters, and the subnets.
    Row(
        HAND,
        "database-cluster-parameters",
        "parameters",
        Added([{"name": "log_connections", "value": "1", "applyMethod": "immediate"}]),
    ),
    Row(HAND, "database-cluster-parameters", "parameters/1/value", "changed"),
    Row(HAND, "database-instance-parameters", "parameters", []),
    Row(AWS, "database-cluster-parameters", "parameters/1/applyMethod", "pending-reboot", EXPECTED),
    Row(HAND, "database-subnets", "subnetIds", Added(["subnet-00000000000000000"])),
    # The key, and who may use it.
    Row(HAND, "tap-key", "policy", _ALLOW_ALL),
    Row(HAND, "tap-key", "enableKeyRotation", False),
    Row(HAND, "tap-key", "isEnabled", False),
    Row(HAND, "tap-key-alias", "targetKeyId", "00000000-0000-0000-0000-000000000000"),
    # The credential, and its rotation.
    Row(HAND, "secrets-credentials", "kmsKeyId", _KEY),
    Row(HAND, "secrets-credentials", "replicas", [{"region": "eu-west-1"}]),
    Row(HAND, "secrets-credentials-policy", "policy", _ALLOW_ALL),
    Row(HAND, "secrets-schedule", "rotationRules/automaticallyAfterDays", 1000),
    Row(HAND, "secrets-schedule", "rotationEnabled", False),
    Row(HAND, "secrets-schedule", "", GONE),
    Row(AWS, "secrets-bootstrap", "versionStages", ["bootstrap"], NO_DRIFT),
    Row(AWS, "secrets-bootstrap", "", GONE, EXPECTED),
    # Logs, alarms, and who is told.
    Row(AWS, "database-logs", "retentionInDays", 0),
    Row(HAND, "lambda-app-logs", "kmsKeyId", GONE),
    Row(HAND, "lambda-app-logs", "retentionInDays", 1),
    Row(HAND, "monitoring-app-errors", "threshold", 1000),
    Row(HAND, "monitoring-app-errors", "actionsEnabled", False),
    Row(HAND, "monitoring-app-errors", "alarmActions", []),
    Row(HAND, "monitoring-app-errors", "", GONE),
    Row(HAND, "monitoring-topic", "kmsMasterKeyId", "alias/aws/sns"),
    Row(HAND, "monitoring-topic-policy", "policy", _ALLOW_ALL),
)


@dataclass(frozen=True)
class Said:
    """What the drift check says of a row."""

    verdict: str
    told: tuple[str, ...]
    why: str


def said_of(row, live=None):
    """Return what the drift check says when this alone has changed."""
    found = (live or recorded_live()).with_output(row.name, row.path, row.value)
    reader = DriftReader(found.checkpoint, load_noise(), {})
    steps = found.steps()
    drifted = reader.drifted(steps)
    if drifted.changes:
        outputs = {step.urn: step.new.outputs for step in steps if step.new is not None}
        adviser = Adviser(stack_of(), found.checkpoint, load_limits(), outputs, drifted.unseen)
        advice = adviser.advice(drifted.changes)
        told = tuple(_told(change, item) for change in drifted.changes for item in change.properties or (None,))
        return Said(DRIFTED, told, " ".join(each.cause for each in advice if each.cause))
    if drifted.expected:
        return Said(EXPECTED, (), " ".join(each.reason for each in drifted.expected))
    return Said(NO_DRIFT, (), " ".join(entry.reason for entry in _explaining(row, found)))


def _explaining(row, found):
    state = found.states()[row.name]
    path = row.path.replace("/0/", "[0].").replace("/", ".")
    return [entry for entry in load_noise() if entry.covers(state.type, path)]


def _told(change, item):
    if item is None:
        return "gone" if change.operation == "delete" else change.operation
    words = {(True, False): "added", (False, True): "removed"}
    how = words.get((item.before is None, item.after is None), "changed")
    return f"{item.place} {how}"


def document():
    """Return the text of the document."""
    live = recorded_live()
    types = {name: state.type for name, state in live.states().items()}
    rows = []
    for row in ROWS:
        said = said_of(row, live)
        cells = (types[row.name].rpartition(":")[2], row.name, _asked(row), row.by, said.verdict, _cell(said))
        rows.append(f"| {' | '.join(cells)} |")
    counts = {verdict: sum(said_of(row, live).verdict == verdict for row in ROWS) for verdict in (DRIFTED, NO_DRIFT)}
    return "\n".join(
        [
            "# What is drift",
            "",
            "<!-- Written by `make docs` from tests/program/engine/live_properties.py: change that, not this. -->",
            "",
            f"What `drift` says when one thing that is deployed is not what it was: {len(ROWS)} of them,",
            f"{counts[DRIFTED]} of them drift. What is none stands in [drift-noise.yaml](drift-noise.yaml), with its",
            "reason and with who says so; what is told all the same is listed in every report. Each row is run through",
            "the drift check itself, on a recorded deployment.",
            "",
            "What the provider doesn't read, nobody is told of: grants of the key, statements that somebody adds to a",
            "function's policy, other subscriptions of the topic, other versions of the secret.",
            "",
            "| resource | name | what is otherwise | changed | verdict | told as, and why |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _asked(row):
    return f"`{row.path.replace('/', '.')}`" if row.path else "the resource itself: it is gone"


def _cell(said):
    told = ", ".join(f"`{each}`" for each in dict.fromkeys(said.told))
    return " ".join(part for part in (told and f"{told}.", said.why) if part).replace("|", "\\|") or "-"


if __name__ == "__main__":
    Path(DOCUMENT).write_text(document(), encoding="utf-8")
