"""The real engine previews every stack with the real pack, and finds what the check finds."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from program.simulation import Cloud, account_of, network_outputs
from program.stackfile import read_stack_file, stack_names
from tests.cli.running import change, copy_of_the_project
from tests.engine.provider import serve

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH"),
]

NETWORK_PROGRAM = """
import json, pulumi
for name, value in json.loads(pulumi.Config().require("outputs")).items():
    pulumi.export(name, value)
"""
NETWORK_PROJECT = "name: networking-stack\nruntime: {name: python, options: {toolchain: pip, virtualenv: VENV}}\n"


def pulumi(*arguments: str, folder: Path, environment: dict[str, str], seconds: int = 120) -> tuple[int, str]:
    """Run the CLI in a process group of its own, which is killed when its time is over."""
    with subprocess.Popen(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output


@pytest.fixture
def engine(tmp_path):
    """Return a copy of the project, an environment without cloud or account, and a way to run the CLI."""
    (tmp_path / "project").mkdir()
    project = copy_of_the_project(tmp_path / "project")
    (project / ".venv").symlink_to(Path(sys.prefix))
    (tmp_path / "state").mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))} | {
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the tests",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    return project, environment


def cloud_of(stack: str) -> Cloud:
    region = read_stack_file(stack).config["aws:region"]
    return Cloud(stack=stack, region=region, account=account_of(stack))


def make_network(folder: Path, stack: str, environment: dict[str, str]) -> None:
    """Deploy the networking stack of the environment: nothing but outputs."""
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text(NETWORK_PROJECT.replace("VENV", sys.prefix))
    (folder / "__main__.py").write_text(NETWORK_PROGRAM)
    outputs = json.dumps(network_outputs(cloud_of(stack)))
    for arguments in (
        ("stack", "init", stack),
        ("config", "set", "outputs", outputs, "--stack", stack),
        ("up", "--yes", "--stack", stack),
    ):
        code, output = pulumi(*arguments, folder=folder, environment=environment)
        assert code == 0, output


def preview(stack: str, project: Path, environment: dict[str, str]) -> tuple[int, str]:
    code, output = pulumi("stack", "init", stack, folder=project, environment=environment)
    assert code == 0, output
    server, port = serve(cloud_of(stack))
    try:
        return pulumi(
            *("preview", "--stack", stack, "--policy-pack", "policies"),
            folder=project,
            environment=environment | {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"},
        )
    finally:
        server.stop(0)


@pytest.mark.parametrize("stack", stack_names())
def test_the_preview_of_every_stack_keeps_every_mandatory_policy(engine, tmp_path, stack):
    project, environment = engine
    make_network(tmp_path / "network", stack, environment)

    code, output = preview(stack, project, environment)

    assert code == 0, output
    assert "parity-guard" in output
    assert "[mandatory]" not in output


def test_the_preview_stops_at_what_the_check_finds(engine, tmp_path):
    project, environment = engine
    stack = stack_names()[0]
    make_network(tmp_path / "network", stack, environment)
    change(project, "program/components/database.py", "storage_encrypted=True", "storage_encrypted=False")

    code, output = preview(stack, project, environment)

    assert code != 0
    assert "[mandatory]" in output
    assert "rds-encrypted" in output
    assert "storageEncrypted is false; it must be true" in output
