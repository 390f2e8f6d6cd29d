"""What is wrong is told by one typed error that names it, before anything is connected to, and heals where it can."""

import json

import pytest

from tests.lambda_.fake_secrets_manager import STEPS, event
from tests.lambda_.postgres import MASTER, MASTER_PASSWORD

SENTINEL = "Sentinel-password-of-the-secret"


def failing(case, kind, document=None):
    """Rotate once, from that document; return the error."""
    if document is not None:
        case.vault.put_current(case.arn, document)
    error_type = getattr(case.root.failures, kind, None) or getattr(case.root.secure_postgres, kind)
    with pytest.raises(error_type) as caught:
        case.rotate(attempts=1)
    line = case.lines()[-1]
    assert (line["outcome"], line["message"]) == (caught.value.code, str(caught.value))
    assert SENTINEL not in case.log.getvalue()
    return str(caught.value)


@pytest.fixture
def offline(case, monkeypatch):
    """A deployment whose function fails the test if it as much as opens a socket."""

    def connect(*_arguments):
        pytest.fail("a connection was tried")

    monkeypatch.setattr(case.root.secure_postgres.socket, "create_connection", connect)
    return case


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
    "another role": ({"username": MASTER}, "AWSCURRENT: username is not the one that this function is deployed for"),
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


def test_a_reader_is_refused_until_the_endpoint_leads_to_a_writer(rotated, reader):
    writer = rotated.anchors.port
    text = rotated.vault.document(rotated.arn) | {"port": reader.port}
    _wait_for_replay(rotated.server, reader)
    rotated.rebuild(port=reader.port)
    assert "can't be written to" in failing(rotated, "ReadOnlyError", text)
    token = rotated.vault.stages(rotated.arn)["AWSPENDING"]
    with pytest.raises(rotated.root.secure_postgres.ReadOnlyError, match="leads to a reader"):
        rotated.world.database.prove(text["password"])
    rotated.rebuild(port=writer)
    rotated.vault.update_secret_version_stage(
        SecretId=rotated.arn, VersionStage="AWSPENDING", RemoveFromVersionId=token
    )
    rotated.vault.put_current(rotated.arn, text | {"port": writer})
    rotated.rotate()
    assert rotated.opens(rotated.password())


def test_a_database_that_takes_no_writes_is_refused(rotated):
    role = rotated.anchors.username
    rotated.server.sql(f"ALTER ROLE {role} SET default_transaction_read_only = on")
    assert "can't be written to" in failing(rotated, "ReadOnlyError")


def test_a_database_that_is_not_there_is_told_and_no_other_password_is_tried(rotated):
    rotated.rebuild(database="nowhere")
    document = rotated.vault.document(rotated.arn) | {"dbname": "nowhere"}
    assert failing(rotated, "PostgresError", document) == "the database answers with SQLSTATE 3D000"


def test_a_role_without_the_right_to_connect_is_told_and_the_master_not_asked(rotated, monkeypatch):
    role = rotated.anchors.username
    monkeypatch.setattr(rotated.world.vault, "read_master", lambda _: pytest.fail("the master secret was read"))
    rotated.server.sql(f"ALTER ROLE {role} CONNECTION LIMIT 0")
    assert failing(rotated, "UnreachableError") == "the database answers with SQLSTATE 53300"


def test_a_probe_that_fails_keeps_the_version_pending(rotated):
    rotated.rebuild(probe_query="SELECT * FROM public.not_there")
    assert failing(rotated, "PostgresError") == "the database answers with SQLSTATE 42P01"
    assert "AWSPENDING" in rotated.vault.stages(rotated.arn)


def test_a_probe_can_not_write(rotated):
    rotated.rebuild(probe_query="CREATE TABLE public.probed ()")
    assert failing(rotated, "PostgresError").endswith(("25006", "42501"))


def test_a_session_of_another_role_is_no_proof(rotated):
    database = rotated.world.database
    real = database.session
    database.session = lambda _user, _password: real(MASTER, MASTER_PASSWORD)
    with pytest.raises(rotated.root.secure_postgres.PostgresError, match="session of another role"):
        database.prove("any")


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
    assert failing(case, "InternalError").startswith("ValueError at test_bad_input.py:")


ENVIRONMENT = {
    "SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:name-AbCdEf",
    "MASTER_SECRET_ARN": "arn:master",
    "DB_HOST": "localhost",
    "DB_PORT": "5432",
    "DB_NAME": "app",
    "DB_USERNAME": "app_user",
    "ENVIRONMENT_NAME": "test",
}


def test_the_environment_is_read_whole(rotation):
    anchors = rotation.anchors.read_anchors(ENVIRONMENT | {"PASSWORD_LENGTH": "41", "DB_CA_BUNDLE": "/x"})
    assert (anchors.port, anchors.password_length, str(anchors.bundle)) == (5432, 41, "/x")
    assert rotation.anchors.read_anchors(ENVIRONMENT).bundle.name == "rds-global-bundle.pem"
    assert rotation.anchors.read_anchors(ENVIRONMENT | {"MASTER_SECRET_ARN": ""}).master_secret_arn is None


def test_every_variable_that_is_missing_is_told_at_once(rotation):
    with pytest.raises(rotation.failures.ConfigError) as caught:
        rotation.anchors.read_anchors({})
    names = ("SECRET_ARN", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USERNAME", "ENVIRONMENT_NAME")
    assert str(caught.value) == "environment of the function: " + "; ".join(f"{name} is not set" for name in names)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DB_PORT", "0", "DB_PORT is no number from 1 to 65535"),
        ("DB_PORT", "٣", "DB_PORT is no number from 1 to 65535"),
        ("DB_PORT", "-1", "DB_PORT is no number from 1 to 65535"),
        ("PASSWORD_LENGTH", "15", "PASSWORD_LENGTH is no number from 16 to 41"),
        ("PASSWORD_LENGTH", "42", "PASSWORD_LENGTH is no number from 16 to 41"),
        ("DB_USERNAME", "x" * 64, "DB_USERNAME is no role's name; at most 63 bytes are allowed"),
        ("DB_USERNAME", "ö" * 32, "DB_USERNAME is no role's name; at most 63 bytes are allowed"),
        ("DB_USERNAME", "a\0b", "DB_USERNAME is no role's name; at most 63 bytes are allowed"),
    ],
)
def test_a_variable_that_is_wrong_is_told(rotation, name, value, message):
    with pytest.raises(rotation.failures.ConfigError, match=message):
        rotation.anchors.read_anchors(ENVIRONMENT | {name: value})


def _wait_for_replay(writer, reader):
    position = writer.sql("SELECT pg_current_wal_lsn()")
    while reader.sql(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") != "t":
        reader.sql("SELECT pg_sleep(0.02)")
