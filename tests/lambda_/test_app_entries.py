"""The app starts from its environment alone, in Lambda and on this machine."""

import http.client
import json
import threading

import pytest

ENVIRONMENT = {
    "DB_ENDPOINT": "localhost",
    "DB_NAME": "app",
    "DB_PORT": "5432",
    "DB_SECRET_ARN": "arn",
    "ENVIRONMENT_NAME": "test",
}


def test_the_environment_is_read_whole(app):
    settings = app.app_settings.read_settings(ENVIRONMENT | {"SECRET_TTL_SECONDS": "0", "DB_CA_BUNDLE": "/x"})
    assert (settings.port, settings.secret_ttl_seconds, str(settings.bundle)) == (5432, 0, "/x")
    assert app.app_settings.read_settings(ENVIRONMENT).bundle.name == "rds-global-bundle.pem"
    assert app.app_settings.read_settings(ENVIRONMENT).secret_ttl_seconds == 300


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"DB_ENDPOINT": "", "DB_NAME": ""}, "environment of the function: DB_ENDPOINT is not set; DB_NAME is not set"),
        ({"DB_PORT": "x"}, "environment of the function: DB_PORT is no number from 1 to 65535"),
        ({"SECRET_TTL_SECONDS": "3601"}, "environment of the function: SECRET_TTL_SECONDS is no number from 0 to 3600"),
    ],
)
def test_variables_that_are_wrong_are_told_at_once(app, changes, message):
    with pytest.raises(app.problems.MisconfiguredError, match=message):
        app.app_settings.read_settings(ENVIRONMENT | changes)


def test_lambda_gets_an_answer_from_the_environment_alone(rotated, monkeypatch):
    handler = rotated.app_root.handler
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DB_PORT", "")
    handler._app.cache_clear()
    assert json.loads(handler.handle({"path": "/health"}, None)["body"])["error"]["code"] == "misconfigured"
    monkeypatch.setenv("DB_PORT", str(rotated.anchors.port))
    monkeypatch.setenv("DB_SECRET_ARN", rotated.arn)
    monkeypatch.setenv("DB_CA_BUNDLE", str(rotated.anchors.bundle))
    assert handler.handle({"path": "/health"}, None)["statusCode"] == 200
    assert handler.handle({"path": "/query"}, None)["statusCode"] == 200
    handler._app().session.close()
    handler._app.cache_clear()


def test_the_local_server_serves_the_app_from_a_file(rotated, tmp_path, monkeypatch):
    server_module = rotated.app_root.local_server
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(rotated.vault.document(rotated.arn)))
    variables = {"DB_PORT": str(rotated.anchors.port), "DB_CA_BUNDLE": str(rotated.anchors.bundle)}
    for name, value in (ENVIRONMENT | variables).items():
        monkeypatch.setenv(name, value)
    made = []

    def serve_once(self):
        made.append(self)
        thread = threading.Thread(target=lambda: [self.handle_request() for _ in range(4)])
        thread.start()
        answers.extend(
            ask(self.server_port, method, path)
            for method, path in (("GET", "/health?x=1"), ("GET", "/query"), ("HEAD", "/health"), ("POST", "/health"))
        )
        thread.join()

    answers = []
    monkeypatch.setattr(server_module.HTTPServer, "serve_forever", serve_once)
    monkeypatch.setattr(server_module.BaseHTTPRequestHandler, "log_message", lambda *_: None)
    make_app = server_module.make_app
    monkeypatch.setattr(
        server_module, "make_app", lambda *arguments: rotated.apps.append(make_app(*arguments)) or rotated.apps[-1]
    )
    server_module.main(["--port", "0", "--secret-file", str(secret)])
    assert [status for status, _ in answers] == [200, 200, 200, 405]
    assert json.loads(answers[1][1])["database"]["user"] == rotated.anchors.username
    assert answers[2][1] == b""
    assert made[0].server_address[0] == "127.0.0.1"


def ask(port, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
