"""The double as a process of its own, as workflows run it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from program.project.definition import ROOT
from tests.engine.client import KEY, Client
from tests.engine.cloud_file import CloudFile


def test_the_process_answers_until_it_is_ended(tmp_path):
    port_file, cloud_file = tmp_path / "port", tmp_path / "cloud.json"
    options = {"--cloud-file": cloud_file, "--stack": "s", "--region": "eu-west-1", "--account": "123456789012"}
    arguments = [str(part) for pair in {**options, "--port-file": port_file}.items() for part in pair]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    command = [sys.executable, "-m", "tests.engine.provider", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            port = wait_for(port_file)
            client = Client(port)
            client.create(KEY, {})
            client.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()

    assert list(CloudFile(cloud_file).read().resources) == [KEY]


def wait_for(file):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if file.exists():
            return file.read_text()
        time.sleep(0.05)
    pytest.fail(f"{file} never appeared")
