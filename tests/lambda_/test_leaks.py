"""No password is written anywhere, whatever a rotation meets on its way; and the scan that says so does find one."""

import io
from contextlib import redirect_stdout

import pytest

from tests.lambda_.fake_secrets_manager import STEPS, event
from tests.lambda_.postgres import MASTER_PASSWORD
from tests.lambda_.sentinels import all_of, places_with
from tests.lambda_.servers_that_lie import plaintext_server

SERVERS_LOG, STATISTICS, FUNCTIONS_LOG = "server's log", "pg_stat_statements", "function's log"


def written(case, errors=(), app_log=""):
    """Return all that anyone wrote since the case began, by where it is."""
    return {
        SERVERS_LOG: case.server.log(),
        STATISTICS: case.server.statements(),
        FUNCTIONS_LOG: case.log.getvalue(),
        "app's log": app_log,
        "exceptions": "\n".join(all_of(error) for error in errors),
        "reprs": f"{case.world!r} {case.apps!r}",
    }


def everything_that_can_happen(case):
    """Rotate well, and badly in every way that sends SQL or logs; return the passwords, the errors, the app's log."""
    errors = []
    app_log = io.StringIO()

    def ask():
        app = case.make_app()
        app.session._sleep = lambda _: None
        case.ask(app, "/query")

    def meet(call):
        try:
            call()
        except Exception as error:  # noqa: BLE001 (whatever it is, its words are looked at)
            errors.append(error)

    with redirect_stdout(app_log):
        ask()
        for _ in range(3):
            case.rotate()
            ask()
        known = case.password()
        # An ALTER that fails is logged as an error with its statement, even where log_statement is none.
        with case.world.database.session(case.anchors.username, known) as connection:
            verifier = case.root.database.scram_verifier("Other-sentinel-password-1")
            meet(lambda: connection.run(f"ALTER ROLE cluster_master PASSWORD '{verifier}'"))
        case.vault.put_current(case.arn, case.bootstrap(password="Wrong-sentinel-password-1"))
        ask()
        case.rotate()
        with plaintext_server() as elsewhere:
            right = case.anchors.port
            case.rebuild(port=elsewhere.port)
            case.vault.put_current(case.arn, case.bootstrap(password="Wrong-sentinel-password-2"))
            meet(lambda: case.rotate(attempts=1))
            ask()
            case.rebuild(port=right)
        case.vault.put_current(case.arn, case.bootstrap(password="Wrong-sentinel-password-3\n"))
        for step in STEPS:
            meet(lambda step=step: case.function(event(step, case.arn, case.vault.stages(case.arn)["AWSPENDING"])))
        case.vault.put_current(case.arn, '{"password": "Wrong-sentinel-password-4"')
        ask()
    wrong = [f"Wrong-sentinel-password-{number}" for number in range(1, 5)]
    passwords = [*case.vault.passwords, *wrong, "Other-sentinel-password-1", MASTER_PASSWORD]
    return passwords, errors, app_log.getvalue()


def test_no_password_is_in_any_log_statistic_or_exception(case):
    case.server.forget_log()
    passwords, errors, app_log = everything_that_can_happen(case)
    texts = written(case, errors, app_log)
    # What is scanned is really there.
    assert texts[SERVERS_LOG].count("ALTER ROLE") >= 3
    assert texts[SERVERS_LOG].count("CREATE ROLE") >= 1
    assert "SCRAM-SHA-256$4096:" in texts[STATISTICS]
    assert len(errors) >= 5
    assert len(app_log) > 0
    assert len(set(passwords)) >= 9
    assert places_with(passwords, texts) == []
    assert "SCRAM-SHA-256" not in texts[FUNCTIONS_LOG] + texts["exceptions"] + app_log


@pytest.mark.parametrize("statement", ["CREATE", "ALTER"])
def test_with_the_password_in_the_sql_the_same_scan_finds_it(case, monkeypatch, statement):
    for module in (case.root.database, case.root.provisioning):
        monkeypatch.setattr(module, "scram_verifier", lambda password: password)
    case.rotate()
    case.server.forget_log()
    case.server.sql("SELECT pg_stat_statements_reset()")
    passwords = case.vault.passwords
    if statement == "ALTER":
        case.rotate()
        passwords = passwords[1:]
    else:
        case.server.drop_role(case.anchors.username)
        case.vault.put_current(case.arn, case.bootstrap())
        case.vault.put_current(case.arn, case.bootstrap())
        case.rotate()
    assert case.outcomes()[5] == {"ALTER": "set-by-current", "CREATE": "provisioned"}[statement]
    assert places_with(passwords, written(case)) == [STATISTICS, SERVERS_LOG]


def test_the_scan_finds_a_password_in_an_exception_that_led_to_another():
    def fail():
        try:
            int("sentinel")
        except ValueError:
            raise KeyError("other") from None

    with pytest.raises(KeyError) as caught:
        fail()
    assert places_with(["sentinel"], {"exceptions": all_of(caught.value)}) == ["exceptions"]


def test_no_line_of_the_log_can_be_forged(case):
    forged = 'x\n{"level": "INFO", "outcome": "finished"}\r'
    with pytest.raises(case.root.failures.EventError):
        case.function({"Step": forged, "SecretId": case.arn, "ClientRequestToken": forged})
    (line,) = case.lines()
    assert line["step"] == 'x?{"level": "INFO", "outcome": "finished"}?'
    assert len(line["token"]) == 8
