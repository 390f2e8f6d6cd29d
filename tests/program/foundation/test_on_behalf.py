"""What the service's own roles do, within their boundary; and what AWS's services do by themselves or for a caller."""

import json

import pytest

from tests.program.foundation.authorizer import Principal, Request, allows
from tests.program.foundation.world import ACCOUNT, document, world
from tests.program.recorded import find

KEY, SECRET = "tap-key", "secrets-credentials"
MASTER = {"aws:ResourceTag/aws:rds:primaryDBClusterArn": world("prod").arn("database-cluster")}


def master_secret():
    return find(world("prod").recording, "database-cluster").outputs["masterUserSecrets"][0]["secretArn"]


def via(service, **context):
    return {"kms:ViaService": f"{service}.us-east-1.amazonaws.com", **context}


def of_secret(arn):
    return via("secretsmanager") | {"kms:EncryptionContext:SecretARN": arn}


def of_function(name):
    return via("lambda") | {"kms:EncryptionContext:aws:lambda:FunctionArn": world("prod").arn(name)}


def log_streams(name):
    return f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}:log-stream:x"


def everywhere(action):
    return Request(action, "*", {"aws:RequestedRegion": "us-east-1"})


def of_a_function(role, function, name):
    """What every function in the VPC needs."""
    return [
        (role, everywhere("ec2:CreateNetworkInterface")),
        (role, everywhere("ec2:DescribeNetworkInterfaces")),
        (role, everywhere("ec2:DeleteNetworkInterface")),
        (role, everywhere("xray:PutTraceSegments")),
        (role, Request("logs:CreateLogStream", log_streams(f"/aws/lambda/{name}"))),
        (role, Request("logs:PutLogEvents", log_streams(f"/aws/lambda/{name}"))),
        (role, Request("kms:Decrypt", world("prod").arn(KEY), of_function(function))),
    ]


def calls_of_the_services_roles():
    prod = world("prod")
    secret, key = prod.arn(SECRET), prod.arn(KEY)
    rotation, app, monitoring = "secrets-rotation-role", "lambda-app-role", "database-monitoring-role"
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:RDSOSMetrics:*"
    return [
        *of_a_function(app, "lambda-app-function", "prod-app-function-main"),
        (app, Request("secretsmanager:GetSecretValue", secret)),
        (app, Request("kms:Decrypt", key, of_secret(secret))),
        *of_a_function(rotation, "secrets-rotation-function", "prod-rotation-function-main"),
        *(
            (rotation, Request(f"secretsmanager:{action}", secret))
            for action in ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
        ),
        (rotation, everywhere("secretsmanager:GetRandomPassword")),
        (rotation, Request("secretsmanager:GetSecretValue", master_secret(), MASTER)),
        (rotation, Request("kms:Decrypt", key, of_secret(secret))),
        (rotation, Request("kms:GenerateDataKey", key, of_secret(secret))),
        (rotation, Request("kms:Decrypt", key, of_secret(master_secret()))),
        (monitoring, Request("logs:CreateLogGroup", group)),
        (monitoring, Request("logs:PutRetentionPolicy", group)),
        (monitoring, Request("logs:CreateLogStream", log_streams("RDSOSMetrics"))),
        (monitoring, Request("logs:PutLogEvents", log_streams("RDSOSMetrics"))),
    ]


@pytest.mark.parametrize(
    ("role", "request_"),
    [pytest.param(role, request, id=f"{role} {request.action}") for role, request in calls_of_the_services_roles()],
)
def test_a_role_of_the_service_may_do_its_work_within_its_boundary(role, request_):
    prod = world("prod")

    assert prod.allows(prod.service_role(role), request_), "its policy, its boundary or the key's policy lacks it"


def test_a_functions_own_code_attaches_no_network_interfaces():
    prod = world("prod")
    source = {"lambda:SourceFunctionArn": prod.arn("lambda-app-function"), "aws:RequestedRegion": "us-east-1"}

    assert not prod.allows(prod.service_role("lambda-app-role"), Request("ec2:CreateNetworkInterface", "*", source))


def service(name):
    return Principal(name, is_service=True)


def from_alarm(name="monitoring-app-errors"):
    return {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": world("prod").arn(name)}


@pytest.mark.parametrize("group", ["database-logs", "lambda-app-logs", "secrets-rotation-logs"])
@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"])
def test_cloudwatch_logs_encrypts_each_of_the_stacks_groups(group, action):
    prod = world("prod")
    name = find(prod.recording, group).inputs["name"]
    context = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}"}
    logs = service("logs.us-east-1.amazonaws.com")

    assert prod.allows(logs, Request(action, prod.arn(KEY), context))
    assert not prod.allows(
        logs, Request(action, prod.arn(KEY), {"kms:EncryptionContext:aws:logs:arn": f"{name}-of-another"})
    )


def test_an_alarm_publishes_to_the_topic_and_encrypts_what_it_says():
    prod = world("prod")
    cloudwatch = service("cloudwatch.amazonaws.com")
    topic = find(prod.recording, "monitoring-topic-policy").inputs
    publish = Request("sns:Publish", topic["arn"], from_alarm())
    foreign = {
        "aws:SourceAccount": "999999999999",
        "aws:SourceArn": "arn:aws:cloudwatch:us-east-1:999999999999:alarm:x",
    }

    assert allows(cloudwatch, publish, topic["policy"])
    assert prod.allows(cloudwatch, Request("kms:GenerateDataKey", prod.arn(KEY), from_alarm()))
    assert prod.allows(cloudwatch, Request("kms:Decrypt", prod.arn(KEY), from_alarm()))
    assert not allows(cloudwatch, Request("sns:Publish", topic["arn"], foreign), topic["policy"])


def test_secrets_manager_calls_the_rotation_function_for_the_stacks_secret_alone():
    prod = world("prod")
    given = find(prod.recording, "secrets-rotation-permission").inputs
    permission = document(
        {
            "Effect": "Allow",
            "Principal": {"Service": given["principal"]},
            "Action": given["action"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": given["sourceAccount"]},
                "ArnLike": {"aws:SourceArn": given["sourceArn"]},
            },
        }
    )
    manager = service("secretsmanager.amazonaws.com")

    def invoke(secret):
        context = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": secret}
        return Request("lambda:InvokeFunction", prod.arn("secrets-rotation-function"), context)

    assert allows(manager, invoke(prod.arn(SECRET)), permission)
    assert not allows(manager, invoke(f"{prod.arn(SECRET)}-of-another"), permission)


@pytest.mark.parametrize(
    ("role", "principal", "context"),
    [
        ("lambda-app-role", "lambda.amazonaws.com", {}),
        ("secrets-rotation-role", "lambda.amazonaws.com", {}),
        (
            "database-monitoring-role",
            "monitoring.rds.amazonaws.com",
            {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": world("prod").arn("database-instance-1")},
        ),
    ],
)
def test_only_its_own_service_takes_on_a_role(role, principal, context):
    trust = find(world("prod").recording, role).inputs["assumeRolePolicy"]
    assume = Request("sts:AssumeRole", "", context)

    assert allows(service(principal), assume, trust)
    assert not allows(service("ec2.amazonaws.com"), assume, trust)


def test_an_instance_of_another_copy_does_not_use_the_monitoring_role():
    trust = find(world("prod").recording, "database-monitoring-role").inputs["assumeRolePolicy"]
    source = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:dev-db-instance-0-main"
    assume = Request("sts:AssumeRole", "", {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": source})

    assert json.loads(trust)["Statement"]
    assert not allows(service("monitoring.rds.amazonaws.com"), assume, trust)
