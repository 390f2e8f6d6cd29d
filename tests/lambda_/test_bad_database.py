"""A database that can not be rotated on now is told, nothing else is tried, and what passes heals."""

import pytest

from tests.lambda_.failing import failing
from tests.lambda_.postgres import MASTER, MASTER_PASSWORD


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
    """Not even where the role could."""
    table = f"public.probed_by_{rotated.anchors.username}"
    with rotated.world.database.session(MASTER, MASTER_PASSWORD) as master:
        master.run(f"CREATE TABLE {table} (word text)")
    rotated.rebuild(probe_query=f"INSERT INTO {table} VALUES ('written')")
    assert failing(rotated, "ReadOnlyError") == "the database answers with SQLSTATE 25006"


def test_a_session_of_another_role_is_no_proof(rotated):
    database = rotated.world.database
    real = database.session
    database.session = lambda _user, _password: real(MASTER, MASTER_PASSWORD)
    with pytest.raises(rotated.root.secure_postgres.PostgresError, match="session of another role"):
        database.prove("any")


def _wait_for_replay(writer, reader):
    position = writer.sql("SELECT pg_current_wal_lsn()")
    while reader.sql(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") != "t":
        reader.sql("SELECT pg_sleep(0.02)")


@pytest.mark.parametrize("kind", ["UnreachableError", "UntrustedServerError", "PostgresError", "ReadOnlyError"])
@pytest.mark.parametrize("logins_before", [0, 1])
def test_only_a_wrong_password_makes_it_try_the_next(rotated, monkeypatch, kind, logins_before):
    errors = rotated.root.secure_postgres
    tried = []

    def connect(*arguments, **_settings):
        tried.append(arguments)
        wrong = len(tried) <= logins_before
        raise errors.AuthenticationError("wrong") if wrong else getattr(errors, kind)("other")

    monkeypatch.setattr(rotated.root.database, "connect", connect)
    assert failing(rotated, kind) == "other"
    assert len(tried) == logins_before + 1
