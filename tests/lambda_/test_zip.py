"""The zip runs from what is in it, beside what the Lambda runtime brings, on the event of the documentation."""

import json
import subprocess
import sys
import sysconfig
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import pytest

from program.service.packaging import package_rotation
from tests.lambda_.fake_secrets_manager import STEPS
from tests.lambda_.roots import ROTATION

# What AWS's Python runtime has installed: boto3 and what it needs, nothing more.
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
# Run with -I and -S: no site-packages, no folder of the caller, no PYTHON variables.
MAIN = """
import json, sys
sys.path[:0] = [{task!r}, {runtime!r}]
import handler
for line in sys.stdin:
    handler.handle(json.loads(line), None)
import dateutil, pg8000, scramp
print(json.dumps([module.__file__ for module in (handler, dateutil, pg8000, scramp)]), file=sys.stderr)
"""


@pytest.fixture(scope="session")
def package(tmp_path_factory, authority):
    """The zip with a throw-away authority in place of RDS's."""
    return package_rotation(ROTATION, tmp_path_factory.mktemp("build") / "rotation.zip", authority.bundle)


@pytest.fixture(scope="session")
def task(tmp_path_factory, package) -> Path:
    """The zip as Lambda unpacks it."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(package.file) as zipped:
        zipped.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def runtime(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        (folder / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    return folder


@pytest.fixture
def endpoint(case):
    """The case's Secrets Manager, over HTTP."""
    names = boto3.client("secretsmanager").meta.method_to_api_mapping
    methods = {f"secretsmanager.{operation}": method for method, operation in names.items()}

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            arguments = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status = 200
            try:
                answer = getattr(case.vault, methods[self.headers["x-amz-target"]])(**arguments)
            except Exception as error:  # noqa: BLE001 (whatever it is, the client is told)
                status, answer = 400, {"__type": error.response["Error"]["Code"]}
            body = json.dumps(answer, default=lambda value: value.timestamp()).encode()
            self.send_response(status)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def invoke(case, task, runtime, endpoint, events):
    """Run the handler in a process of its own, with the environment that the deployment gives it and no other."""
    anchors = case.anchors
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", MAIN.format(task=str(task), runtime=str(runtime))],
        input="\n".join(json.dumps(event) for event in events),
        env={
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
            "SECRET_ARN": case.arn,
            "MASTER_SECRET_ARN": anchors.master_secret_arn,
            "DB_HOST": anchors.host,
            "DB_PORT": str(anchors.port),
            "DB_NAME": anchors.database,
            "DB_USERNAME": anchors.username,
            "ENVIRONMENT_NAME": "test",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_unpacked_zip_rotates_the_secret(case, task, runtime, endpoint):
    token = case.vault.stage_pending(case.arn)
    # The fields of the documentation's event: Step, SecretId, ClientRequestToken.
    events = [{"Step": step, "SecretId": case.arn, "ClientRequestToken": token} for step in STEPS]
    done = invoke(case, task, runtime, endpoint, events)
    assert done.returncode == 0, done.stderr
    lines = [line for line in map(json.loads, done.stdout.splitlines()) if "_aws" not in line]
    assert [line["outcome"] for line in lines] == ["created", "provisioned", "tested", "finished"]
    assert case.opens(case.password())
    assert all(Path(file).is_relative_to(task) for file in json.loads(done.stderr))


def test_a_failure_of_the_unpacked_zip_ends_the_invocation_and_tells_no_secret(case, task, runtime, endpoint):
    case.vault.put_current(case.arn, case.bootstrap(host="elsewhere", password="Sentinel-of-the-zip"))
    token = case.vault.stage_pending(case.arn)
    event = {"Step": "createSecret", "SecretId": case.arn, "ClientRequestToken": token}
    done = invoke(case, task, runtime, endpoint, [event])
    assert done.returncode == 1
    assert "SecretFormatError: AWSCURRENT: host is not the one" in done.stderr
    assert "Sentinel" not in done.stdout + done.stderr
