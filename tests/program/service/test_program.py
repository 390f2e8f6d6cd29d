"""The program's resources, recorded: what AWS needs of each, and in which order they are made."""

import json
import re
import runpy
import sys

import pytest

from policies.limits import load_limits
from program.offline.redaction import redacted
from program.offline.source_lines import PROGRAM
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import SECRET_MARKER, stack_names
from program.service.stack import deploy
from tests.program.recorded import ACCOUNT, before, find, of_type, record_program, recorded, statements

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
FUNCTION = "aws:lambda/function:Function"
HOLDS_DATA = {
    "tap-key",
    "database-cluster",
    "database-instance-0",
    "database-instance-1",
    "database-logs",
    "lambda-app-logs",
    "secrets-rotation-logs",
    "secrets-credentials",
}


def parameters(name):
    return {item["name"]: (item["value"], item["applyMethod"]) for item in find(recorded(), name).inputs["parameters"]}


def custom(recording):
    return [item for item in recording.registrations if item.custom]


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_nothing_that_pulumi_warns_of_is_used(stack):
    assert recorded(stack).warnings == (), "an argument is deprecated: take the one that the warning names"


def test_the_entry_deploys_the_stack_as_pulumi_runs_it(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))

    recording = record_program(lambda: runpy.run_path(str(PROGRAM), run_name="__main__"))

    assert {item.urn for item in recording.registrations} == {item.urn for item in recorded().registrations}


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_a_stack_exports_the_eight_outputs(stack):
    outputs = recorded(stack).outputs
    manifest = json.loads(outputs["configManifest"])

    assert sorted(outputs) == [
        "baselineHash",
        "configHash",
        "configManifest",
        "databaseEndpoint",
        "environmentName",
        "environmentSuffix",
        "lambdaFunctionArn",
        "secretArn",
    ]
    assert sorted(manifest) == ["baselineHash", "configHash", "configuration", "environment", "schemaVersion"]
    assert (outputs["configHash"], outputs["baselineHash"]) == (manifest["configHash"], manifest["baselineHash"])
    assert (outputs["environmentName"], outputs["environmentSuffix"]) == (stack, "main")
    assert outputs["lambdaFunctionArn"].endswith(f":{ACCOUNT}:function:{stack}-app-function-main")
    assert f":secret:{stack}-db-credentials-main-" in outputs["secretArn"]
    assert outputs["databaseEndpoint"].startswith(f"{stack}-db-cluster-main.cluster-")


def test_a_dynamic_parameter_applies_at_once():
    assert parameters("database-cluster-parameters") == {
        "log_min_duration_statement": ("1000", "immediate"),
        "log_statement": ("all", "immediate"),
        "password_encryption": ("scram-sha-256", "immediate"),
        "rds.accepted_password_auth_method": ("scram", "immediate"),
        "rds.force_ssl": ("1", "immediate"),
    }


def test_a_static_parameter_waits_for_a_reboot():
    assert parameters("database-instance-parameters") == {
        "shared_preload_libraries": ("pg_stat_statements", "pending-reboot")
    }
    for name in ("database-cluster-parameters", "database-instance-parameters"):
        assert find(recorded(), name).inputs["family"] == "aurora-postgresql15"


def test_a_parameter_group_has_its_family_in_its_name_so_that_the_next_one_stands_beside_it():
    names = [find(recorded(), f"database-{kind}-parameters").inputs["name"] for kind in ("cluster", "instance")]

    assert names == ["prod-db-cluster-parameters-15-main", "prod-db-instance-parameters-15-main"]


def test_a_major_upgrade_names_the_instances_next_group_when_the_limits_allow_it(monkeypatch):
    common = load_limits().common
    engine = common.database_engine.model_copy(update={"major_upgrade": True})
    limits = load_limits().model_copy(update={"common": common.model_copy(update={"database_engine": engine})})
    monkeypatch.setattr("program.service.stack.limits", lambda: limits)

    upgrading = find(record_program(deploy), "database-cluster").inputs
    ordinary = find(recorded(), "database-cluster").inputs

    assert upgrading["allowMajorVersionUpgrade"] is True
    assert upgrading["dbInstanceParameterGroupName"] == "prod-db-instance-parameters-15-main"
    assert "allowMajorVersionUpgrade" not in ordinary
    # AWS is told when it changes, which is with the family; one that comes and goes would be told without an upgrade.
    assert ordinary["dbInstanceParameterGroupName"] == upgrading["dbInstanceParameterGroupName"]


def test_the_cluster_is_encrypted_private_and_owns_no_password():
    inputs = find(recorded(), "database-cluster").inputs
    key = find(recorded(), "tap-key").outputs["arn"]

    assert (inputs["storageEncrypted"], inputs["kmsKeyId"], inputs["masterUserSecretKmsKeyId"]) == (True, key, key)
    assert inputs["manageMasterUserPassword"] is True
    assert "masterPassword" not in inputs
    assert inputs["enabledCloudwatchLogsExports"] == ["postgresql"]
    for number in (0, 1):
        instance = find(recorded(), f"database-instance-{number}").inputs
        assert instance["publiclyAccessible"] is False
        assert instance["autoMinorVersionUpgrade"] is False
        assert instance["performanceInsightsKmsKeyId"] == key


@pytest.mark.parametrize(
    ("name", "metric", "dimensions", "unit", "statistic", "missing"),
    [
        ("app-errors", "Errors", {"FunctionName"}, "Count", "Sum", "notBreaching"),
        ("app-duration", "Duration", {"FunctionName"}, "Milliseconds", "p95", "notBreaching"),
        ("app-throttles", "Throttles", {"FunctionName"}, "Count", "Sum", "notBreaching"),
        ("rotation-errors", "Errors", {"FunctionName"}, "Count", "Sum", "notBreaching"),
        ("rotation-throttles", "Throttles", {"FunctionName"}, "Count", "Sum", "notBreaching"),
        ("db-cpu-utilization", "CPUUtilization", "WRITER", "Percent", "Average", "breaching"),
        ("db-database-connections", "DatabaseConnections", "WRITER", "Count", "Maximum", "notBreaching"),
        ("db-freeable-memory", "FreeableMemory", "WRITER", "Bytes", "Average", "breaching"),
        ("db-aurora-replica-lag", "AuroraReplicaLag", "READER", "Milliseconds", "Maximum", "notBreaching"),
    ],
)
def test_an_alarm_watches_its_metric_in_its_unit(name, metric, dimensions, unit, statistic, missing):
    inputs = find(recorded(), f"monitoring-{name}").inputs
    topic = find(recorded(), "monitoring-topic").outputs["arn"]

    assert inputs["metricName"] == metric
    if isinstance(dimensions, str):
        assert inputs["namespace"] == "AWS/RDS"
        assert inputs["dimensions"] == {"DBClusterIdentifier": "prod-db-cluster-main", "Role": dimensions}
    else:
        service = name.partition("-")[0]
        assert inputs["namespace"] == "AWS/Lambda"
        assert inputs["dimensions"] == {"FunctionName": f"prod-{service}-function-main"}
    assert inputs["unit"] == unit
    assert (inputs.get("extendedStatistic") or inputs.get("statistic")) == statistic
    assert ("statistic" in inputs) != ("extendedStatistic" in inputs)
    assert inputs["treatMissingData"] == missing
    assert (inputs["alarmActions"], inputs["okActions"]) == ([topic], [topic])


def test_only_an_environment_with_a_reader_has_a_lag_alarm():
    assert "monitoring-db-aurora-replica-lag" in of_type(recorded("prod"), ALARM)
    assert "monitoring-db-aurora-replica-lag" not in of_type(recorded("dev"), ALARM)


def test_an_alarm_that_sounds_without_data_is_made_once_there_is_something_that_has_data():
    instances = {"database-instance-0", "database-instance-1"}

    for name, alarm in of_type(recorded("prod"), ALARM).items():
        if alarm.inputs["treatMissingData"] == "breaching":
            assert instances <= before(recorded("prod"), name), f"{name} sounds while the instances are being made"


def test_the_memory_alarm_is_a_tenth_of_the_class_in_bytes():
    inputs = find(recorded("dev"), "monitoring-db-freeable-memory").inputs

    assert inputs["threshold"] == int(4 * 1024**3 / 10)
    assert inputs["comparisonOperator"] == "LessThanThreshold"


def test_the_key_is_used_through_services_alone():
    policy = statements(find(recorded(), "tap-key").inputs["policy"])
    through = {
        "kms:CallerAccount": ACCOUNT,
        "kms:ViaService": [f"{name}.us-east-1.amazonaws.com" for name in ("lambda", "rds", "secretsmanager", "sns")],
    }

    assert sorted(policy) == [
        "AdministerTheKey",
        "AlarmsPublish",
        "CompareTheKey",
        "CompareThroughServices",
        "DeployTheKey",
        "DeployThroughServices",
        "DeployWithGrants",
        "EncryptLogs",
        "GrantToServices",
        "UseThroughServices",
    ]
    for administers in ("AdministerTheKey", "DeployTheKey", "CompareTheKey"):
        assert not any("crypt" in action for action in policy[administers]["Action"])
    for uses in ("UseThroughServices", "DeployThroughServices", "CompareThroughServices"):
        assert policy[uses]["Condition"] == {"StringEquals": through}
    for grants in ("GrantToServices", "DeployWithGrants"):
        assert policy[grants]["Condition"] == {
            "StringEquals": through,
            "Bool": {"kms:GrantIsForAWSResource": "true"},
        }


def test_the_key_names_the_roles_that_act_on_the_stack_and_no_other():
    policy = statements(find(recorded(), "tap-key").inputs["policy"])
    named = {statement["Principal"]["AWS"] for statement in policy.values() if "AWS" in statement["Principal"]}

    assert named == {
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:role/prod-parity-deploy-main",
        f"arn:aws:iam::{ACCOUNT}:role/prod-parity-drift-main",
    }


def test_every_role_has_the_boundary_of_its_stack_or_the_one_that_is_given():
    given = "arn:aws:iam::123456789012:policy/of-the-organisation"

    for boundary, recording in (
        (f"arn:aws:iam::{ACCOUNT}:policy/prod-parity-boundary-main", recorded()),
        (given, recorded("prod", permissionsBoundary=given)),
    ):
        roles = of_type(recording, "aws:iam/role:Role").values()
        assert {role.inputs["permissionsBoundary"] for role in roles} == {boundary}


def test_the_key_serves_only_our_log_groups_and_alarms():
    policy = statements(find(recorded(), "tap-key").inputs["policy"])
    groups = {item.inputs["name"] for item in of_type(recorded(), LOG_GROUP).values()}

    logs = policy["EncryptLogs"]
    assert logs["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert set(logs["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"]) == {
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}" for group in groups
    }
    alarms = policy["AlarmsPublish"]
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert set(alarms["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    pattern = alarms["Condition"]["ArnLike"]["aws:SourceArn"].rpartition(":")[2].replace("*", ".*")
    for alarm in of_type(recorded(), ALARM).values():
        assert re.fullmatch(pattern, alarm.inputs["name"]), "this alarm can't use the key, so it can't be sent"


def test_the_topic_takes_our_alarms_alone():
    topic = find(recorded(), "monitoring-topic-policy")

    publish = statements(topic.inputs["policy"])["AlarmsPublish"]
    assert publish["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    assert find(recorded(), "monitoring-topic").inputs["kmsMasterKeyId"] == find(recorded(), "tap-key").outputs["arn"]


def test_a_log_group_is_there_before_what_writes_to_it():
    assert "database-logs" in before(recorded(), "database-cluster")
    assert "lambda-app-logs" in before(recorded(), "lambda-app-function")
    assert "secrets-rotation-logs" in before(recorded(), "secrets-rotation-function")
    assert find(recorded(), "database-logs").inputs["name"] == "/aws/rds/cluster/prod-db-cluster-main/postgresql"


def test_all_that_the_first_rotation_needs_is_there_before_it():
    assert before(recorded(), "secrets-schedule") >= {
        "database-cluster",
        "database-ingress-rotation",
        "database-instance-0",
        "database-instance-1",
        "secrets-bootstrap",
        "secrets-rotation-egress-database",
        "secrets-rotation-egress-https",
        "secrets-rotation-function",
        "secrets-rotation-permission",
        "secrets-rotation-policy",
    }


def test_the_app_can_reach_its_database_before_it_is_called():
    assert before(recorded(), "lambda-app-function") >= {
        "database-ingress-app",
        "lambda-app-egress-database",
        "lambda-app-egress-https",
        "lambda-app-policy",
    }


def test_only_the_secret_may_have_its_rotation_function_called():
    inputs = find(recorded(), "secrets-rotation-permission").inputs

    assert inputs["principal"] == "secretsmanager.amazonaws.com"
    assert inputs["sourceAccount"] == ACCOUNT
    assert inputs["sourceArn"] == find(recorded(), "secrets-credentials").outputs["arn"]


def test_the_bootstrap_has_no_password_and_leaves_the_secret_to_rotation():
    version = find(recorded(), "secrets-bootstrap")

    value = json.loads(version.inputs["secretString"]["value"])
    assert sorted(value) == [
        "dbname",
        "engine",
        "host",
        "port",
        "username",
    ]
    assert version.ignore_changes == ("secretString", "versionStages")
    # AWS collects a version without a label, and the first is left behind by the first rotation.
    assert version.inputs["versionStages"] == ["AWSCURRENT", "bootstrap"]


def test_a_rotation_is_planned_every_thirty_days():
    inputs = find(recorded(), "secrets-schedule").inputs

    assert inputs["rotationRules"] == {"automaticallyAfterDays": 30}
    assert inputs["rotateImmediately"] is True


def test_the_rotation_may_touch_its_two_secrets_alone():
    policy = statements(find(recorded(), "secrets-rotation-policy").inputs["policy"])
    secret = find(recorded(), "secrets-credentials").outputs["arn"]
    master = find(recorded(), "database-cluster").outputs["masterUserSecrets"][0]["secretArn"]

    assert policy["RotateTheSecret"]["Resource"] == [secret]
    assert policy["ReadTheMasterCredential"]["Resource"] == [master]
    condition = policy["UseTheKeyForTheSecrets"]["Condition"]
    assert condition == {"StringEquals": {"kms:EncryptionContext:SecretARN": [secret, master]}}


def test_the_app_reads_its_secret_and_no_more():
    policy = statements(find(recorded(), "lambda-app-policy").inputs["policy"])
    secret = find(recorded(), "secrets-credentials").outputs["arn"]

    assert policy["ReadTheCredential"]["Action"] == ["secretsmanager:GetSecretValue"]
    assert policy["ReadTheCredential"]["Resource"] == [secret]
    assert policy["DecryptTheCredential"]["Action"] == ["kms:Decrypt"]
    variables = find(recorded(), "lambda-app-function").inputs["environment"]["variables"]
    assert sorted(variables) == ["DB_ENDPOINT", "DB_NAME", "DB_PORT", "DB_SECRET_ARN", "ENVIRONMENT_NAME"]
    assert variables["DB_SECRET_ARN"] == secret


def test_no_role_may_make_its_log_group_but_rds_where_it_must():
    for name, policy in of_type(recorded(), ROLE_POLICY).items():
        may = "logs:CreateLogGroup" in policy.inputs["policy"]
        assert may == (name == "database-monitoring-policy")


def test_the_database_is_reached_by_security_groups_alone():
    rules = of_type(recorded(), "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")

    assert sorted(rules) == ["database-ingress-app", "database-ingress-rotation"]
    for rule in rules.values():
        assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (5432, 5432)
        assert rule.inputs["referencedSecurityGroupId"].startswith("sg-")
        assert not {"cidrIpv4", "cidrIpv6"} & set(rule.inputs)
    assert "ingress" not in find(recorded(), "database-security-group").inputs


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_a_function_gives_what_its_environment_asks_for(stack):
    block = load_limits().environments[stack]
    inputs = find(recorded(stack), "lambda-app-function").inputs

    assert inputs["memorySize"] in block.lambda_memory
    assert inputs["reservedConcurrentExecutions"] == {"dev": 10, "staging": 50, "prod": 100}[stack]
    assert "@sha256:" in inputs["imageUri"]
    assert inputs["architectures"] == ["arm64"]


def test_ephemeral_data_is_destroyable():
    recording = recorded()
    cluster = find(recording, "database-cluster").inputs

    assert [item.name for item in recording.registrations if item.protect or item.retain_on_delete] == []
    assert (cluster["skipFinalSnapshot"], cluster["deletionProtection"]) == (True, False)
    assert "finalSnapshotIdentifier" not in cluster
    assert find(recording, "secrets-credentials").inputs["recoveryWindowInDays"] == 0
    assert find(recording, "tap-key").inputs["deletionWindowInDays"] == 7
    for group in of_type(recording, LOG_GROUP).values():
        assert group.inputs["deletionProtectionEnabled"] is False


def test_protected_data_is_kept_in_every_way_at_once():
    recording = recorded(dataProtection="protected")
    cluster = find(recording, "database-cluster").inputs

    assert {item.name for item in recording.registrations if item.protect} == HOLDS_DATA
    assert [item.name for item in recording.registrations if item.retain_on_delete] == []
    assert (cluster["skipFinalSnapshot"], cluster["deletionProtection"]) == (False, True)
    assert cluster["deleteAutomatedBackups"] is False
    assert cluster["finalSnapshotIdentifier"] == "prod-db-final-snapshot-main"
    assert find(recording, "secrets-credentials").inputs["recoveryWindowInDays"] == 30
    assert find(recording, "tap-key").inputs["deletionWindowInDays"] == 30
    for group in of_type(recording, LOG_GROUP).values():
        assert group.inputs["deletionProtectionEnabled"] is True


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_physical_names_carry_environment_and_suffix_and_logical_names_neither(stack):
    names = ("name", "clusterIdentifier", "identifier")
    physical = {item.name: item.inputs[key] for item in custom(recorded(stack)) for key in names if key in item.inputs}
    of_a_cluster = physical.pop("database-instance-0"), physical.pop("database-cluster")

    assert len(physical) > 20
    for name in (*physical.values(), *of_a_cluster):
        assert re.search(rf"(^|/){stack}-[a-z0-9-]+-main(/postgresql)?$", name), name
    for item in custom(recorded(stack)):
        assert stack not in item.name
        assert "main" not in item.name.split("-")


def test_the_environment_variable_sets_the_suffix(monkeypatch):
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "pr-7")

    recording = record_program(lambda: runpy.run_path(str(PROGRAM), run_name="__main__"))

    assert recording.outputs["environmentSuffix"] == "pr-7"
    assert find(recording, "database-cluster").inputs["clusterIdentifier"] == "prod-db-cluster-pr-7"
    assert find(recording, "tap-key").inputs["tags"]["EnvironmentSuffix"] == "pr-7"


def test_an_address_is_told_of_every_alarm_where_one_is_given():
    subscription = find(recorded(alarmEmail="team@example.com"), "monitoring-email").inputs

    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "team@example.com")
    assert of_type(recorded(), "aws:sns/topicSubscription:TopicSubscription") == {}


def test_an_address_that_the_stack_file_keeps_encrypted_stays_a_secret():
    inputs = redacted(find(recorded(alarmEmail=SECRET_MARKER), "monitoring-email").inputs)

    assert (inputs["protocol"], inputs["endpoint"]) == ("email", "${secret}")
