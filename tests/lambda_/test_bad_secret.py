"""A secret that is not what it must be is refused before anything is connected to, by the name of the key."""

import json

import pytest

from tests.lambda_.failing import SENTINEL, failing
from tests.lambda_.fake_secrets_manager import STEPS, event

WRONG = {
    "engine is missing": ({"engine": None}, "AWSCURRENT: engine is missing or not one of aurora-postgresql, postgres"),
    "another engine": ({"engine": "mysql"}, "AWSCURRENT: engine is missing or not one of aurora-postgresql, postgres"),
    "host is missing": ({"host": None}, "AWSCURRENT: host is missing"),
    "another host": ({"host": "evil.example"}, "AWSCURRENT: host is not the one that this function is deployed for"),
    "host is a list": ({"host": ["localhost"]}, "AWSCURRENT: host is no str"),
    "port is missing": ({"port": None}, "AWSCURRENT: port is missing"),
    "another port": ({"port": 1}, "AWSCURRENT: port is not the one that this function is deployed for"),
    "port is true": ({"port": True}, "AWSCURRENT: port is no int"),
    "another database": ({"dbname": "other"}, "AWSCURRENT: dbname is not the one that this function is deployed for"),
    "another role": ({"username": "another"}, "AWSCURRENT: username is not the one that this function is deployed for"),
    "username is missing": ({"username": None}, "AWSCURRENT: username is missing"),
    "password is a number": ({"password": 5}, "AWSCURRENT: password is no text"),
    "password is empty": ({"password": ""}, "AWSCURRENT: password has no length from 1 to 128"),
    "password is too long": ({"password": SENTINEL * 5}, "AWSCURRENT: password has no length from 1 to 128"),
    "password is not ASCII": ({"password": SENTINEL + "é"}, "AWSCURRENT: password is not printable ASCII"),
    "password has a line end": ({"password": SENTINEL + "\n"}, "AWSCURRENT: password is not printable ASCII"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_secret_that_is_not_for_this_database_and_role_is_refused_before_any_connection(offline, what):
    changes, message = WRONG[what]
    document = offline.bootstrap(**({"password": SENTINEL} | changes))
    assert failing(offline, "SecretFormatError", document) == message


@pytest.mark.parametrize("text", ["", "{", '"text"', "[1]", f'{{"password": "{SENTINEL}"'])
def test_a_secret_that_is_no_json_object_is_refused(offline, text):
    offline.vault.put_current(offline.arn, text or " ")
    assert failing(offline, "SecretFormatError") == "AWSCURRENT: the secret is no JSON object"


def test_a_port_in_quotes_is_a_port(case):
    case.vault.put_current(case.arn, case.bootstrap(port=str(case.anchors.port)))
    case.rotate()


def test_a_secret_without_a_current_version_is_refused(offline):
    for version in offline.vault._versions(offline.arn).values():
        version["version_stages"] = ["AWSPREVIOUS"]
    assert "no version has this label" in failing(offline, "SecretFormatError")


def test_a_binary_secret_is_refused(offline):
    offline.vault._client.put_secret_value(SecretId=offline.arn, SecretBinary=b"binary")
    assert failing(offline, "SecretFormatError") == "AWSCURRENT: the secret is binary; text is needed"


def test_a_pending_version_that_someone_else_filled_is_checked_as_well(offline):
    token = offline.vault.stage_pending(offline.arn)
    text = json.dumps(offline.bootstrap(host="evil.example", password=SENTINEL))
    offline.vault.put_secret_value(
        SecretId=offline.arn, ClientRequestToken=token, SecretString=text, VersionStages=["AWSPENDING"]
    )
    for step in STEPS[:3]:
        with pytest.raises(offline.root.failures.SecretFormatError, match="AWSPENDING: host is not the one"):
            offline.function(event(step, offline.arn, token))


@pytest.mark.parametrize("step", ["setSecret", "testSecret"])
def test_a_step_before_create_secret_is_refused(offline, step):
    token = offline.vault.stage_pending(offline.arn)
    with pytest.raises(offline.root.failures.SecretFormatError, match="createSecret comes first"):
        offline.function(event(step, offline.arn, token))


def test_a_pending_version_without_a_password_is_refused(offline):
    token = offline.vault.stage_pending(offline.arn)
    text = json.dumps(offline.bootstrap())
    offline.vault.put_secret_value(
        SecretId=offline.arn, ClientRequestToken=token, SecretString=text, VersionStages=["AWSPENDING"]
    )
    with pytest.raises(offline.root.failures.SecretFormatError, match="AWSPENDING: password is missing"):
        offline.function(event("createSecret", offline.arn, token))
