"""A whole stack is made in an account as moto knows AWS, and read back: what was asked for is there."""

import json

import pytest
from moto import mock_aws

from tests.program.recorded import ACCOUNT, of_type
from tests.program.service.aws_account import Account


@pytest.fixture(scope="module", params=[("prod", 1), ("dev", 2)], ids=["prod-with-email", "dev-protected"])
def account(request):
    """The stack as it was made; the rotation's function is not run, its code has tests of its own."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(config={"lambda": {"use_docker": False}}):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
        yield Account.of_service(*request.param)


def test_the_key_turns_under_its_policy_and_name(account):
    kms = account.client("kms")
    (alias,) = [item for item in kms.list_aliases()["Aliases"] if "tap-key" in item["AliasName"]]

    assert alias["AliasName"] == account.inputs("tap-key-alias")["name"]
    found = json.loads(kms.get_key_policy(KeyId=alias["TargetKeyId"], PolicyName="default")["Policy"])
    assert found == json.loads(account.inputs("tap-key")["policy"])


def test_every_log_group_keeps_its_events_as_long_as_it_must(account):
    groups = {item["logGroupName"]: item for item in account.client("logs").describe_log_groups()["logGroups"]}

    for name in of_type(account.recording, "aws:cloudwatch/logGroup:LogGroup"):
        asked = account.inputs(name)
        found = groups[asked["name"]]
        assert (found["retentionInDays"], found["kmsKeyId"]) == (asked["retentionInDays"], asked["kmsKeyId"])


def test_every_role_has_its_trust_its_policy_and_its_boundary(account):
    iam = account.client("iam")

    for name in of_type(account.recording, "aws:iam/role:Role"):
        asked = account.inputs(name)
        found = iam.get_role(RoleName=asked["name"])["Role"]
        assert found["AssumeRolePolicyDocument"] == json.loads(asked["assumeRolePolicy"])
        assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == asked["permissionsBoundary"]
    for name in of_type(account.recording, "aws:iam/rolePolicy:RolePolicy"):
        asked = account.inputs(name)
        found = iam.get_role_policy(RoleName=asked["role"], PolicyName=asked["name"])["PolicyDocument"]
        assert found == json.loads(asked["policy"])


def test_the_database_is_encrypted_private_and_of_its_size(account):
    rds, asked = account.client("rds"), account.inputs("database-cluster")
    (cluster,) = rds.describe_db_clusters()["DBClusters"]
    instances = rds.describe_db_instances()["DBInstances"]

    assert cluster["DBClusterIdentifier"] == asked["clusterIdentifier"]
    assert (cluster["EngineVersion"], cluster["KmsKeyId"]) == (asked["engineVersion"], asked["kmsKeyId"])
    assert cluster["DeletionProtection"] is asked["deletionProtection"]
    assert {item["DBInstanceIdentifier"] for item in instances} == {
        account.inputs(name)["identifier"]
        for name in of_type(account.recording, "aws:rds/clusterInstance:ClusterInstance")
    }
    assert not any(item["PubliclyAccessible"] for item in instances)


def test_the_functions_are_in_the_vpc_with_their_variables(account):
    client = account.client("lambda")

    for name in of_type(account.recording, "aws:lambda/function:Function"):
        asked = account.inputs(name)
        found = client.get_function(FunctionName=asked["name"])["Configuration"]
        assert (found["MemorySize"], found["Timeout"], found["Role"]) == (
            asked["memorySize"],
            asked["timeout"],
            asked["role"],
        )
        assert found["Environment"]["Variables"] == asked["environment"]["variables"]
        assert sorted(found["VpcConfig"]["SubnetIds"]) == sorted(asked["vpcConfig"]["subnetIds"])


def test_the_database_admits_the_functions_alone(account):
    ec2 = account.client("ec2")
    names = of_type(account.recording, "aws:ec2/securityGroup:SecurityGroup")
    groups = {account.inputs(name)["name"]: name for name in names}
    found = [group for group in ec2.describe_security_groups()["SecurityGroups"] if group["GroupName"] in groups]
    (database,) = [group for group in found if groups[group["GroupName"]] == "database-security-group"]
    clients = {group["GroupId"] for group in found if group is not database}

    admitted = {pair["GroupId"] for rule in database["IpPermissions"] for pair in rule["UserIdGroupPairs"]}
    assert len(found) == len(groups)
    assert admitted == clients
    assert not any(rule["IpRanges"] for rule in database["IpPermissions"])


def test_every_alarm_acts_on_the_topic_and_the_address_is_told(account):
    cloudwatch, sns = account.client("cloudwatch"), account.client("sns")
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    topic = account.inputs("monitoring-topic-policy")["arn"]

    asked = [account.inputs(name) for name in of_type(account.recording, "aws:cloudwatch/metricAlarm:MetricAlarm")]
    assert {item["AlarmName"]: item["Threshold"] for item in alarms} == {
        item["name"]: item["threshold"] for item in asked
    }
    assert all(item["AlarmActions"] == [topic] for item in alarms)
    told = {item["Endpoint"] for item in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]}
    wanted = of_type(account.recording, "aws:sns/topicSubscription:TopicSubscription")
    assert told == {account.inputs(name)["endpoint"] for name in wanted}


def test_the_secret_has_a_version_without_a_password_and_rotates(account):
    client = account.client("secretsmanager")
    secret = account.given(account.inputs("secrets-schedule")["secretId"])
    found = client.describe_secret(SecretId=secret)

    assert found["RotationEnabled"]
    assert found["RotationRules"]["AutomaticallyAfterDays"] == 30
    assert found["KmsKeyId"] == account.inputs("secrets-credentials")["kmsKeyId"]
