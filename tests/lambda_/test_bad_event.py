"""What Secrets Manager does not ask, or asks for in vain, or gets in the way of, is told by one typed error."""

import pytest

from tests.lambda_.failing import SENTINEL, failing
from tests.lambda_.fake_secrets_manager import STEPS, event

TOKEN = "0" * 32
EVENTS = {
    "no step": ({"Step": None}, "Step is not one of createSecret"),
    "an unknown step": ({"Step": "dropSecret"}, "Step is not one of createSecret"),
    "a step that is a list": ({"Step": ["createSecret"]}, "Step is not one of createSecret"),
    "no token": ({"ClientRequestToken": None}, "ClientRequestToken is no version of a secret"),
    "a short token": ({"ClientRequestToken": "x"}, "ClientRequestToken is no version of a secret"),
    "another secret": ({"SecretId": "arn:other"}, "SecretId is not the ARN of the secret"),
    "a token of another secret": ({"ClientRequestToken": TOKEN}, "ClientRequestToken is no version of this secret"),
}


@pytest.mark.parametrize("what", EVENTS)
def test_an_event_that_is_not_of_this_rotation_is_refused(offline, what):
    changes, message = EVENTS[what]
    token = offline.vault.stage_pending(offline.arn)
    with pytest.raises(offline.root.failures.EventError, match=message):
        offline.function(event("createSecret", offline.arn, token) | changes)


def test_a_version_that_is_neither_pending_nor_current_is_refused(rotated):
    previous = rotated.vault.stages(rotated.arn)["AWSPREVIOUS"]
    with pytest.raises(rotated.root.failures.EventError, match="not the AWSPENDING version"):
        rotated.function(event("setSecret", rotated.arn, previous))


def test_a_deleted_secret_is_told(offline):
    token = offline.vault.stage_pending(offline.arn)
    offline.vault.delete(offline.arn)
    with pytest.raises(offline.root.failures.SecretMissingError, match="marked for deletion"):
        offline.function(event("createSecret", offline.arn, token))


def test_a_secret_that_is_gone_is_told(offline):
    offline.vault.delete(offline.arn, at_once=True)
    with pytest.raises(offline.root.failures.SecretMissingError, match="there is no such secret"):
        offline.function(event("createSecret", offline.arn, TOKEN))


def test_a_secret_whose_rotation_is_off_is_left_alone(offline):
    offline.vault.disable_rotation(offline.arn)
    assert "rotation is off" in failing(offline, "RotationDisabledError")


def test_a_version_that_becomes_current_meanwhile_is_a_conflict(rotated, monkeypatch):
    token = rotated.vault.stage_pending(rotated.arn)
    for step in STEPS[:3]:
        rotated.function(event(step, rotated.arn, token))
    move = rotated.vault.update_secret_version_stage

    def overtaken(**arguments):
        monkeypatch.undo()
        rotated.vault.put_current(rotated.arn, rotated.bootstrap())
        return move(**arguments)

    monkeypatch.setattr(rotated.vault, "update_secret_version_stage", overtaken)
    with pytest.raises(rotated.root.failures.ConflictError, match="changed meanwhile"):
        rotated.function(event("finishSecret", rotated.arn, token))


def test_a_version_that_does_not_become_current_is_a_conflict(rotated, monkeypatch):
    token = rotated.vault.stage_pending(rotated.arn)
    for step in STEPS[:3]:
        rotated.function(event(step, rotated.arn, token))
    monkeypatch.setattr(rotated.world.vault, "make_current", lambda *_: None)
    with pytest.raises(rotated.root.failures.ConflictError, match="did not become current"):
        rotated.function(event("finishSecret", rotated.arn, token))


@pytest.mark.parametrize("password", ["short", "é" * 32, "with a space " + "x" * 19, "\n" * 32])
def test_a_made_up_password_of_another_kind_is_not_used(case, monkeypatch, password):
    monkeypatch.setattr(case.vault, "get_random_password", lambda **_: {"RandomPassword": password})
    assert "no password of the kind" in failing(case, "VaultError")


def test_what_secrets_manager_refuses_is_told_by_its_code(case, monkeypatch):
    from botocore.exceptions import ClientError, EndpointConnectionError

    def refuse(error):
        def call(**_arguments):
            raise error

        monkeypatch.setattr(case.vault, "put_secret_value", call)

    refuse(ClientError({"Error": {"Code": "AccessDeniedException", "Message": SENTINEL}}, "PutSecretValue"))
    with pytest.raises(case.root.failures.VaultError, match=r"^PutSecretValue: AccessDeniedException$"):
        case.rotate(attempts=1)
    refuse(EndpointConnectionError(endpoint_url=SENTINEL))
    token = case.vault.stages(case.arn)["AWSPENDING"]
    with pytest.raises(case.root.failures.VaultError, match=r"^PutSecretValue: no answer \(EndpointConnectionError\)$"):
        case.function(event("createSecret", case.arn, token))


def test_a_bug_is_told_by_its_kind_and_place_alone(case, monkeypatch):
    def bug():
        raise ValueError(SENTINEL)

    monkeypatch.setattr(case.world.vault, "new_password", bug)
    assert failing(case, "InternalError").startswith("ValueError at test_bad_event.py:")


def test_a_pending_label_that_is_gone_meanwhile_is_no_matter(rotated, monkeypatch):
    token = rotated.vault.stage_pending(rotated.arn)
    drop = rotated.world.vault.drop_pending

    def overtaken(version):
        drop(version)
        drop(version)

    monkeypatch.setattr(rotated.world.vault, "drop_pending", overtaken)
    for step in STEPS:
        rotated.function(event(step, rotated.arn, token))
    assert rotated.vault.stages(rotated.arn)["AWSCURRENT"] == token
    assert "AWSPENDING" not in rotated.vault.stages(rotated.arn)


def test_a_rotation_that_another_invocation_ended_meanwhile_is_a_conflict(rotated, monkeypatch):
    token = rotated.vault.stage_pending(rotated.arn)
    for step in STEPS[:2]:
        rotated.function(event(step, rotated.arn, token))
    read = rotated.vault.get_secret_value

    def overtaken(**wanted):
        monkeypatch.undo()
        rotated.function(event("finishSecret", rotated.arn, token))
        return read(**wanted)

    monkeypatch.setattr(rotated.vault, "get_secret_value", overtaken)
    with pytest.raises(rotated.root.failures.ConflictError, match="GetSecretValue: the secret's versions changed"):
        rotated.function(event("testSecret", rotated.arn, token))
    rotated.function(event("testSecret", rotated.arn, token))
    assert rotated.outcomes()[-1] == "already-finished"
