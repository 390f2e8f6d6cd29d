"""From a secret without a password to an app that answers, and every way back to that; README.md tells the same."""

import pytest

from tests.lambda_.postgres import DATABASE, MASTER, MASTER_PASSWORD

NOT_PROVISIONED = {
    "status": "wait",
    "error": {
        "code": "not-provisioned",
        "message": "the database user is not provisioned yet; the first rotation makes it",
    },
}


def deploy_secret_anew(case):
    """Replace the secret: another one, in its first state, for the same database and role."""
    case.rebuild(secret_arn=case.vault.create(f"again-{case.anchors.username}", case.bootstrap()))
    case.arn = case.anchors.secret_arn


def test_the_first_rotation_makes_the_role_and_the_app_goes_from_503_to_200(case):
    app = case.make_app()
    assert case.ask(app) == (503, NOT_PROVISIONED)
    case.rotate()
    assert case.outcomes() == ["created", "provisioned", "tested", "finished"]
    assert case.ask(app) == (200, {"status": "ok", "environment": "test"})


def test_the_role_can_read_and_write_what_the_master_makes_and_no_more(case):
    case.rotate()
    role = case.anchors.username
    with case.world.database.session(MASTER, MASTER_PASSWORD) as master:
        master.run(f"CREATE TABLE public.rows_of_{role} (id serial, word text)")
    with case.world.database.session(role, case.password()) as connection:
        connection.run(f"INSERT INTO public.rows_of_{role} (word) VALUES ('kept')")
        assert connection.run(f"SELECT word FROM public.rows_of_{role}") == [["kept"]]
    for forbidden in (
        f"DROP TABLE public.rows_of_{role}",
        "CREATE TABLE public.mine ()",
        "CREATE ROLE another",
        "CREATE DATABASE another",
        f"GRANT rds_superuser TO {role}",
        f"TRUNCATE public.rows_of_{role}",
    ):
        with (
            pytest.raises(case.root.secure_postgres.PostgresError, match="42501"),
            case.world.database.session(role, case.password()) as connection,
        ):
            connection.run(forbidden)
    attributes = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    assert case.server.sql(f"SELECT {attributes} FROM pg_roles WHERE rolname = '{role}'") == "f|f|f|f|f"


def test_a_second_up_rotates_without_the_master(case):
    """Bootstrap is ignored from then on, and the role's own password is enough."""
    case.rotate()
    case.vault.delete(case.anchors.master_secret_arn, at_once=True)
    case.rotate()
    assert case.outcomes()[4:] == ["created", "set-by-current", "tested", "finished"]


def test_a_replaced_secret_takes_the_role_over(case):
    case.rotate()
    old = case.password()
    deploy_secret_anew(case)
    app = case.make_app()
    assert case.ask(app)[0] == 503
    case.rotate()
    assert case.outcomes()[4:] == ["created", "repaired", "tested", "finished"]
    assert case.ask(app)[0] == 200
    assert not case.opens(old)


def test_a_destroyed_and_recreated_stack_starts_from_nothing(case):
    case.rotate()
    case.server.drop_role(case.anchors.username)
    deploy_secret_anew(case)
    case.rotate()
    assert case.outcomes()[4:] == ["created", "provisioned", "tested", "finished"]
    assert case.ask(case.make_app())[0] == 200


def test_a_bootstrap_version_put_again_costs_no_request_and_the_next_rotation_heals_it(case):
    """Secrets Manager collects versions without a label; the next `up` then puts the first one as current again."""
    case.rotate()
    working = case.password()
    case.vault.put_current(case.arn, case.bootstrap())
    assert "password" not in case.vault.document(case.arn)
    assert case.password("AWSPREVIOUS") == working
    assert case.ask(case.make_app())[0] == 200
    case.rotate()
    assert case.outcomes()[4:] == ["created", "set-by-previous", "tested", "finished"]
    assert case.ask(case.make_app())[0] == 200
    assert not case.opens(working)


def test_a_bootstrap_version_put_twice_needs_the_master(case):
    case.rotate()
    case.vault.put_current(case.arn, case.bootstrap())
    case.vault.put_current(case.arn, case.bootstrap())
    assert case.ask(case.make_app())[0] == 503
    case.rotate()
    assert "repaired" in case.outcomes()
    assert case.ask(case.make_app())[0] == 200


def test_without_a_master_secret_nothing_can_be_provisioned(make_case):
    case = make_case(master_secret_arn=None)
    with pytest.raises(case.root.failures.AuthFailedError, match="MASTER_SECRET_ARN is not set"):
        case.rotate(attempts=1)


def test_only_the_one_master_secret_is_read(case, monkeypatch):
    asked = []
    read = case.vault.get_secret_value

    def listen(**wanted):
        asked.append(wanted["SecretId"])
        return read(**wanted)

    monkeypatch.setattr(case.vault, "get_secret_value", listen)
    case.rotate()
    assert set(asked) == {case.arn, case.anchors.master_secret_arn}


def test_a_master_secret_that_is_gone_is_told(case):
    case.vault.delete(case.anchors.master_secret_arn, at_once=True)
    with pytest.raises(case.root.failures.ConfigError, match="MASTER_SECRET_ARN: there is no such secret"):
        case.rotate(attempts=1)


@pytest.mark.parametrize(
    "master", ["no json", '["list"]', {"username": MASTER}, {"username": "", "password": "x"}, {"password": 1}], ids=str
)
def test_a_master_secret_of_another_form_is_told(case, master):
    case.vault.put_current(case.anchors.master_secret_arn, master)
    with pytest.raises(case.root.failures.SecretFormatError, match=r"^master secret: "):
        case.rotate(attempts=1)


def test_a_wrong_master_password_is_told(case):
    case.vault.put_current(case.anchors.master_secret_arn, {"username": MASTER, "password": "outdated"})
    with pytest.raises(case.root.secure_postgres.AuthenticationError, match="28P01"):
        case.rotate(attempts=1)


def test_the_app_may_not_be_the_master(case):
    case.vault.put_current(
        case.anchors.master_secret_arn, {"username": case.anchors.username, "password": MASTER_PASSWORD}
    )
    with pytest.raises(case.root.failures.ConfigError, match="a role of its own"):
        case.rotate(attempts=1)


@pytest.mark.parametrize(
    "right", ["SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS", "IN ROLE rds_superuser"]
)
def test_a_role_with_rights_over_others_is_not_taken_over(case, right):
    case.server.sql(f"CREATE ROLE {case.anchors.username} LOGIN {right}")
    with pytest.raises(case.root.failures.ConfigError, match="rights over others"):
        case.rotate(attempts=1)


def test_a_role_that_may_not_log_in_is_allowed_to_again(case):
    case.server.sql(f"CREATE ROLE {case.anchors.username} NOLOGIN")
    case.rotate()
    assert "repaired" in case.outcomes()


def test_other_roles_are_left_as_they_are(case):
    others = f"SELECT rolname, rolpassword FROM pg_authid WHERE rolname <> '{case.anchors.username}' ORDER BY 1"
    before = case.server.sql(others)
    case.rotate()
    assert case.server.sql(others) == before
    assert case.server.sql(f"SELECT datacl FROM pg_database WHERE datname = '{DATABASE}'").count("app_user") == 1
