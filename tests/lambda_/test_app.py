"""The app answers in JSON whatever happens, and gets back to work by itself."""

import json

import pytest

from tests.lambda_.certificates import Authority
from tests.lambda_.postgres import free_port


def code(answer):
    status, body = answer
    return status, body["error"]["code"], body["status"]


def test_the_query_tells_who_the_app_is_and_that_the_session_is_encrypted(rotated):
    status, body = rotated.ask(rotated.make_app(), "/query")
    database = body["database"]
    assert status == 200
    assert (database["user"], database["name"]) == (rotated.anchors.username, "app")
    assert database["tls"].startswith("TLSv1.")
    assert database["serverVersion"].startswith("1")


def test_the_connection_and_the_secret_are_used_again(rotated, monkeypatch):
    app = rotated.make_app()
    rotated.ask(app)
    monkeypatch.setattr(rotated.vault, "get_secret_value", lambda **_: pytest.fail("the secret was fetched again"))
    monkeypatch.setattr(app.session, "_connect", lambda _: pytest.fail("a second connection was made"))
    assert rotated.ask(app)[0] == 200


def test_a_secret_is_forgotten_after_its_lifetime(rotated, app):
    now = [0.0]
    cache = app.secret_cache.SecretCache(rotated.vault, rotated.arn, 300, lambda: now[0])
    first = cache.login()
    rotated.rotate()
    now[0] = 299.9
    assert cache.login() == first
    now[0] = 300
    assert cache.login() != first


def test_a_connection_that_broke_is_replaced(rotated):
    app = rotated.make_app()
    rotated.ask(app)
    rotated.server.sql(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{rotated.anchors.username}'"
    )
    assert rotated.ask(app)[0] == 200


def test_a_fault_that_stays_is_not_tried_forever(rotated):
    app = rotated.make_app()
    rotated.ask(app)
    rotated.server.sql(f"ALTER ROLE {rotated.anchors.username} CONNECTION LIMIT 0")
    app.session.close()
    assert code(rotated.ask(app)) == (503, "database-unreachable", "wait")


def test_a_wrong_password_is_tried_again_a_few_times_with_growing_pauses(rotated):
    rotated.vault.put_current(rotated.arn, rotated.bootstrap(password="wrong"))
    pauses = []
    app = rotated.make_app()
    app.session._sleep = pauses.append
    assert code(rotated.ask(app)) == (503, "authentication-failed", "wait")
    assert pauses == [0.0, 0.1, 0.3, 0.9, 2.7]


def test_a_password_that_turns_right_while_the_app_waits_serves_the_request(rotated):
    right = rotated.password()
    rotated.vault.put_current(rotated.arn, rotated.bootstrap(password="wrong"))
    app = rotated.make_app()
    app.session._sleep = lambda pause: (
        rotated.vault.put_current(rotated.arn, rotated.bootstrap(password=right)) if pause == 0.9 else None
    )
    assert rotated.ask(app)[0] == 200


def test_a_pending_password_that_is_wrong_too_is_a_failure(rotated):
    token = rotated.vault.stage_pending(rotated.arn)
    text = json.dumps(rotated.bootstrap(password="wrong as well"))
    rotated.vault.put_secret_value(
        SecretId=rotated.arn, ClientRequestToken=token, SecretString=text, VersionStages=["AWSPENDING"]
    )
    rotated.vault.put_current(rotated.arn, rotated.bootstrap(password="wrong"))
    app = rotated.make_app()
    app.session._sleep = lambda _: None
    assert code(rotated.ask(app)) == (503, "authentication-failed", "wait")


def test_a_database_that_is_down_is_a_503(rotated):
    assert code(rotated.ask(rotated.make_app(port=free_port()))) == (503, "database-unreachable", "wait")


def test_a_server_that_is_not_the_database_is_a_500(rotated, tmp_path):
    app = rotated.make_app(bundle=Authority(tmp_path, "stranger").bundle)
    assert code(rotated.ask(app)) == (500, "untrusted-server", "failed")


def test_a_query_that_the_database_refuses_is_a_500(rotated, monkeypatch):
    monkeypatch.setattr(rotated.app_root.handler, "_QUERY", "SELECT nothing_like_it")
    app = rotated.make_app()
    assert code(rotated.ask(app, "/query")) == (500, "database-refused", "failed")
    assert rotated.ask(app)[0] == 200


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"password": "x"}', '{"username": 1, "password": "x"}'])
def test_a_secret_of_another_form_is_a_503(rotated, text):
    rotated.vault.put_current(rotated.arn, text or " ")
    assert code(rotated.ask(rotated.make_app())) == (503, "secret-unavailable", "wait")


def test_a_secret_that_is_gone_or_refused_is_a_503(rotated, monkeypatch):
    from botocore.exceptions import EndpointConnectionError

    app = rotated.make_app()
    rotated.vault.delete(rotated.arn, at_once=True)
    assert rotated.ask(app)[1]["error"]["message"] == "Secrets Manager answers ResourceNotFoundException"

    def unreachable(**_):
        raise EndpointConnectionError(endpoint_url="https://internal")

    monkeypatch.setattr(rotated.vault, "get_secret_value", unreachable)
    assert code(rotated.ask(app)) == (503, "secret-unavailable", "wait")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"rawPath": "/health", "requestContext": {"http": {"method": "GET"}}}, 200),
        ({"path": "/health", "httpMethod": "GET"}, 200),
        ({"path": "/health", "httpMethod": "HEAD"}, 200),
        ({"path": "/health"}, 200),
        ({"path": "/health", "httpMethod": "POST"}, 405),
        ({"rawPath": "/health", "requestContext": {"http": {"method": "DELETE"}}}, 405),
        ({"rawPath": "/health/"}, 404),
        ({"rawPath": ["/health"]}, 404),
        ({"requestContext": None}, 404),
        ({}, 404),
    ],
)
def test_events_of_every_caller_are_understood(rotated, event, expected):
    app = rotated.make_app()
    assert rotated.app_root.handler.respond(event, lambda: app)["statusCode"] == expected


def test_an_answer_to_wait_for_says_so_in_its_headers(case):
    answer = case.app_root.handler.respond({"path": "/health"}, case.make_app)
    assert answer["headers"] == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "retry-after": "5",
    }


def test_a_bug_is_a_500_whose_words_stay_inside(app, capsys):
    def broken():
        raise ValueError("Sentinel")

    answer = app.handler.respond({"path": "/health"}, broken)
    line = json.loads(capsys.readouterr().out)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (500, "internal")
    assert line["message"].startswith("ValueError at test_app.py:")
    assert "Sentinel" not in json.dumps([answer, line])
