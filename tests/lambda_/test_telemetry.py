"""Each step leaves one line to read and one metric to count, and nothing else."""

import json

import pytest

from tests.lambda_.fake_secrets_manager import event


def metrics(case):
    lines = [json.loads(line) for line in case.log.getvalue().splitlines()]
    return [line for line in lines if "_aws" in line]


def test_a_step_that_succeeds_logs_a_line_and_counts(case):
    token = case.vault.stage_pending(case.arn)
    case.function(event("createSecret", case.arn, token))
    assert case.lines() == [
        {
            "level": "INFO",
            "step": "createSecret",
            "token": token[:8],
            "outcome": "created",
            "environment": "test",
            "secret": case.arn.rpartition(":")[2],
        }
    ]
    assert metrics(case) == [
        {
            "_aws": {
                "Timestamp": 0,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "SecretRotation",
                        "Dimensions": [["Environment", "Step"], ["Environment"]],
                        "Metrics": [{"Name": "RotationStepSucceeded", "Unit": "Count"}],
                    }
                ],
            },
            "Environment": "test",
            "Step": "createSecret",
            "RotationStepSucceeded": 1,
        }
    ]


def test_a_rotation_counts_once_as_succeeded(case):
    token = case.rotate()
    case.function(event("finishSecret", case.arn, token))
    assert sum(line.get("RotationSucceeded", 0) for line in metrics(case)) == 1


def test_a_step_that_fails_logs_why_and_counts_and_raises(rotated):
    rotated.rebuild(probe_query="SELECT nonsense")
    with pytest.raises(rotated.root.secure_postgres.PostgresError):
        rotated.rotate(attempts=1)
    line = rotated.lines()[-1]
    assert (line["level"], line["step"], line["outcome"], line["sqlstate"]) == (
        "ERROR",
        "setSecret",
        "database-refused",
        "42703",
    )
    assert sum(line.get("RotationStepFailed", 0) for line in metrics(rotated)) == 1


def test_every_failure_has_a_code_of_its_own(rotation):
    families = (rotation.failures.RotationError, rotation.secure_postgres.PostgresError)
    kinds = [kind for family in families for kind in family.__subclasses__()]
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))


def test_a_line_is_one_line_and_short(rotation):
    assert rotation.telemetry.one_line("a\r\nb\x1b[0m") == "a??b?[0m"
    assert len(rotation.telemetry.one_line("x" * 1000)) == 300


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:secretsmanager:us-east-1:123456789012:secret:name-AbCdEf", "name-AbCdEf"),
        ("", "unknown"),
        ("arn:short", "unknown"),
    ],
)
def test_the_secret_is_named_by_the_end_of_its_arn(rotation, arn, name):
    assert rotation.telemetry.secret_name(arn) == name


def test_lambda_takes_a_step_from_event_and_environment_alone(rotated, monkeypatch, capsys):
    """With moto behind boto3's own client, as in Lambda with Secrets Manager."""
    handler, anchors = rotated.root.handler, rotated.anchors
    handler._world.cache_clear()
    token = rotated.vault.stage_pending(rotated.arn)
    with pytest.raises(rotated.root.failures.ConfigError, match="SECRET_ARN is not set"):
        handler.handle(event("createSecret", rotated.arn, token), None)
    variables = {
        "SECRET_ARN": rotated.arn,
        "DB_HOST": anchors.host,
        "DB_PORT": str(anchors.port),
        "DB_NAME": anchors.database,
        "DB_USERNAME": anchors.username,
        "ENVIRONMENT_NAME": "test",
        "DB_CA_BUNDLE": str(anchors.bundle),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = json.dumps(rotated.bootstrap(password=rotated.password()))
    rotated.vault.put_secret_value(
        SecretId=rotated.arn, ClientRequestToken=token, SecretString=text, VersionStages=["AWSPENDING"]
    )
    handler.handle(event("setSecret", rotated.arn, token), None)
    first, *_, last = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" not in line]
    assert (first["environment"], first["secret"], first["outcome"]) == ("unknown", "unknown", "configuration")
    assert (last["environment"], last["outcome"]) == ("test", "already-set")
    handler._world.cache_clear()
