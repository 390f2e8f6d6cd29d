"""A deployment is over when the first rotation has put a version of its own; no value is read to know."""

import json
import re

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from program.engine import provisioned
from program.engine.provisioned import Bootstrap, bootstrap_of, is_provisioned, wait_until_provisioned
from program.engine.pulumi_cli.checkpoint import Checkpoint, State
from program.errors import CouldNotRunError
from tests.program.engine.standin import STACK, recorded_checkpoint

REGION = "eu-central-1"


@pytest.fixture
def secrets(monkeypatch):
    """Return a client of an account with one secret that a deployment has just made."""
    for name, value in (("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_SESSION_TOKEN", "x")):
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield boto3.client("secretsmanager", region_name=REGION)


@pytest.fixture
def bootstrap(secrets):
    made = secrets.create_secret(Name="credential", SecretString='{"username": "app"}')
    return Bootstrap(secret_arn=made["ARN"], version_id=made["VersionId"])


def rotate(secrets, bootstrap):
    secrets.put_secret_value(SecretId=bootstrap.secret_arn, SecretString="sesame")


def checkpoint(*states):
    return Checkpoint(states=states, operations=(), undeleted=(), keys={}, hash="", text="")


def version(type_="aws:secretsmanager/secretVersion:SecretVersion", **outputs):
    return State(urn="urn:x", type=type_, custom=True, id="x", inputs={}, outputs=outputs)


def test_the_recorded_deployment_has_put_a_version():
    found = bootstrap_of(recorded_checkpoint("deployed"), "here")

    assert found.secret_arn.startswith(f"arn:aws:secretsmanager:{found.region}:")
    assert found.version_id


@pytest.mark.parametrize(
    "states",
    [
        (),
        (version("aws:sns/topic:Topic", secretId="a", versionId="b"),),
        (version(secretId="a"),),
        (version(versionId="b"),),
        (version(secretId={"marked": "secret"}, versionId="b"),),
    ],
    ids=["nothing", "another resource", "no version", "no secret", "no text"],
)
def test_a_deployment_without_a_version_is_one_line(states):
    with pytest.raises(CouldNotRunError, match=r"^stack here has put no version of a secret; deploy it first$"):
        bootstrap_of(checkpoint(*states), "here")


def test_the_version_that_the_deployment_put_is_not_the_end(bootstrap):
    assert bootstrap.region == REGION
    assert not is_provisioned(bootstrap)


def test_a_version_of_the_rotations_is(secrets, bootstrap):
    rotate(secrets, bootstrap)

    assert is_provisioned(bootstrap)


def test_a_version_that_is_only_pending_is_not(secrets, bootstrap):
    secrets.put_secret_value(SecretId=bootstrap.secret_arn, SecretString="sesame", VersionStages=["AWSPENDING"])

    assert not is_provisioned(bootstrap)


def test_a_secret_without_a_version_is_not(secrets):
    empty = secrets.create_secret(Name="empty")

    assert not is_provisioned(Bootstrap(secret_arn=empty["ARN"], version_id="x"))


@pytest.mark.usefixtures("secrets")
def test_a_secret_that_is_not_there_is_one_line_with_the_permission():
    missing = Bootstrap(secret_arn=f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none", version_id="x")

    with pytest.raises(CouldNotRunError, match=r"^Secrets Manager can't be asked for arn:.*secretsmanager:DescribeSec"):
        is_provisioned(missing)


def test_no_access_is_one_line_too(bootstrap, monkeypatch):
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeSecret")

    def refuse(*_, **__):
        raise denied

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)

    with pytest.raises(CouldNotRunError, match=r"AccessDeniedException"):
        is_provisioned(bootstrap)


def test_no_credentials_are_one_line_too(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bootstrap = Bootstrap(secret_arn=f"arn:aws:secretsmanager:{REGION}:123456789012:secret:x", version_id="x")

    with pytest.raises(CouldNotRunError, match=r"Unable to locate credentials"):
        is_provisioned(bootstrap)


class TestWaiting:
    def test_ends_at_once_when_it_is_so(self, secrets, bootstrap):
        rotate(secrets, bootstrap)
        said = []

        assert wait_until_provisioned(bootstrap, seconds=0, say=said.append)
        assert said == []

    def test_asks_again_until_it_is_so(self, secrets, bootstrap, monkeypatch):
        monkeypatch.setattr(provisioned, "PAUSE_SECONDS", 0.01)

        def rotated(text):
            assert re.match(r"the first rotation has not ended; asking again, for at most \d+ seconds more", text)
            rotate(secrets, bootstrap)

        assert wait_until_provisioned(bootstrap, seconds=60, say=rotated)

    def test_ends_when_the_time_is_over(self, bootstrap):
        said = []

        assert not wait_until_provisioned(bootstrap, seconds=0, say=said.append)
        assert said == []


class TestTheCommand:
    @pytest.fixture
    def run(self, commands, bootstrap, monkeypatch):
        """Return a function that waits for the stack, whose state has the secret of this account."""
        for name, value in (("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x")):
            monkeypatch.setenv(name, value)
        state = {
            "urn": "urn:x",
            "type": "aws:secretsmanager/secretVersion:SecretVersion",
            "outputs": {"secretId": bootstrap.secret_arn, "versionId": bootstrap.version_id},
        }
        commands.pulumi.answer("stack export", stdout=json.dumps({"deployment": {"resources": [state]}}))
        return lambda *arguments: commands.run("provisioned", STACK, *arguments)

    def test_ends_well_after_the_first_rotation(self, run, secrets, bootstrap):
        rotate(secrets, bootstrap)

        assert run() == (0, f"provisioned: {bootstrap.secret_arn} has a password of the rotation's\n", "")

    def test_says_where_to_look_when_the_time_is_over(self, run, bootstrap):
        code, out, err = run("--minutes", "0")

        assert (code, out) == (1, "")
        assert re.match(rf"not provisioned after 0 minutes: the first rotation of {bootstrap.secret_arn} has not", err)

    def test_needs_a_deployment(self, run, commands):
        commands.pulumi.export("empty")

        code, out, err = run()

        assert (code, out) == (3, "")
        assert err == f"error: stack {STACK} has put no version of a secret; deploy it first\n"
