"""What tests with the real engine stand on: a copy of the project, a backend of files, a cloud in a file, the CLI.

    def test_...(engine):                      # nothing is deployed
        engine.make_network(stack)
        with engine.provider(stack) as cloud:  # a CloudFile
            engine.must("stack", "init", stack)
            result = engine.pulumi("up", "--yes", "--stack", stack)

    def test_...(deployed):                    # STACK is deployed, in a copy that the test alone has
        with deployed.provider(STACK) as cloud:
            result, events = deployed.events("refresh", "--preview-only", "--stack", STACK)

The double of provider.py stands for AWS. With PARITY_ENGINE_AWS_PLUGIN=1 and AWS_ENDPOINT_URL both given, the engine
starts the real AWS plugin instead, which talks to that endpoint (an emulator of AWS) with the AWS_* variables of the
caller; tests that look into the cloud's file are skipped then, because there is none.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from program.offline.simulation import Cloud, account_of, network_outputs
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import read_stack_file, stack_names
from tests.engine.cloud_file import CloudFile
from tests.engine.provider import serve
from tests.program.cli.running import copy_of_the_project

PLUGIN_VARIABLE = "PARITY_ENGINE_AWS_PLUGIN"
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
NETWORK_PROJECT = "networking-stack"
_PROVIDERS = "PULUMI_DEBUG_PROVIDERS"
# The stack that is deployed for tests that need one.
STACK = stack_names(ROOT, SERVICE)[0]


def real_plugin() -> bool:
    """Tell whether the real AWS plugin and an endpoint take the place of the double."""
    return bool(os.environ.get(PLUGIN_VARIABLE) and os.environ.get(ENDPOINT_VARIABLE))


needs_pulumi = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH"),
]
needs_the_double = pytest.mark.skipif(real_plugin(), reason="the real AWS plugin has no file to look into")

_NETWORK_PROJECT_FILE = f"name: {NETWORK_PROJECT}\nruntime: {{name: python, options: {{virtualenv: VENV}}}}\n"
_NETWORK_PROGRAM = """
import json, pulumi
for name, value in json.loads(pulumi.Config().require("outputs")).items():
    pulumi.export(name, value)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a process ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Return all that it printed."""
        return self.stdout + self.stderr

    def json(self) -> Any:
        """Return what it printed on stdout as JSON."""
        return json.loads(self.stdout)


def run(*command: str, folder: Path, environment: Mapping[str, str], seconds: float = 180) -> Result:
    """Run a command in a process group of its own, of which nothing is left when this returns or raises."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=seconds)
        finally:
            _kill_group(process.pid)
    return Result(code=process.returncode, stdout=stdout, stderr=stderr)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def cloud_of(stack: str) -> Cloud:
    """Return where the stack of stacks/ lives."""
    region = read_stack_file(stack).config["aws:region"]
    return Cloud(stack=stack, region=region, account=account_of(stack))


@dataclass(frozen=True, slots=True)
class Engine:
    """A copy of the project with all that the CLI needs; `environment` grows by what a test adds."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """Return the copy of the project."""
        return self.folder / "project"

    @property
    def state(self) -> Path:
        """Return the folder that is the backend."""
        return self.folder / "state"

    def cloud_file(self, stack: str) -> CloudFile:
        """Return the cloud of the stack's account."""
        return CloudFile(self.folder / f"cloud-{stack.replace('/', '-')}.json")

    def pulumi(self, *arguments: str, folder: Path | None = None, seconds: float = 180) -> Result:
        """Run the CLI in the project, or in another folder."""
        command = ("pulumi", *arguments, "--non-interactive")
        return run(*command, folder=folder or self.project, environment=self.environment, seconds=seconds)

    def must(self, *arguments: str, folder: Path | None = None) -> Result:
        """Run the CLI, which must end well."""
        result = self.pulumi(*arguments, folder=folder)
        assert result.code == 0, result.output
        return result

    def parity(self, *arguments: str, seconds: float = 300) -> Result:
        """Run `./parity` in the project."""
        command = (sys.executable, "-m", "program.cli", *arguments)
        return run(*command, folder=self.project, environment=self.environment, seconds=seconds)

    def events(self, *arguments: str) -> tuple[Result, list[dict[str, Any]]]:
        """Run the CLI with an event log; return the events too."""
        log = self.folder / "events.jsonl"
        log.unlink(missing_ok=True)
        command = ("pulumi", *arguments, "--non-interactive", "--event-log", str(log))
        result = run(*command, folder=self.project, environment=self.environment | {"PULUMI_DEBUG_COMMANDS": "true"})
        lines = log.read_text().splitlines() if log.exists() else []
        return result, [json.loads(line) for line in lines]

    def export(self, stack: str) -> dict[str, Any]:
        """Return the stack's deployment from the state."""
        exported: dict[str, Any] = self.must("stack", "export", "--stack", stack).json()
        return exported

    def make_network(self, stack: str, cloud: Cloud | None = None) -> None:
        """Let the networking stack exist, with nothing but outputs.

        Its state is written by `stack import`, which takes a second where `up` takes ten.
        """
        folder = self.folder / "network"
        folder.mkdir(exist_ok=True)
        (folder / "Pulumi.yaml").write_text(_NETWORK_PROJECT_FILE.replace("VENV", sys.prefix))
        (folder / "__main__.py").write_text(_NETWORK_PROGRAM)
        deployment = folder / f"{stack}.json"
        deployment.write_text(json.dumps(_network_deployment(stack, network_outputs(cloud or cloud_of(stack)))))
        self.must("stack", "init", stack, folder=folder)
        self.must("stack", "import", "--stack", stack, "--file", str(deployment), folder=folder)

    def make_networks(self) -> None:
        """Let the networking stacks of all stacks exist."""
        for stack in stack_names(ROOT, SERVICE):
            self.make_network(stack)

    @contextmanager
    def provider(self, stack: str, cloud: Cloud | None = None, file: CloudFile | None = None) -> Iterator[CloudFile]:
        """Serve the stack's cloud to every command of the block; give its file."""
        file = file or self.cloud_file(stack)
        if real_plugin():
            yield file
            return
        with serve(cloud or cloud_of(stack), file.path) as port:
            before = self.environment.get(_PROVIDERS)
            self.environment[_PROVIDERS] = f"aws:{port},github:{port}"
            try:
                yield file
            finally:
                del self.environment[_PROVIDERS]
                if before is not None:
                    self.environment[_PROVIDERS] = before

    def copied_to(self, folder: Path) -> Engine:
        """Return an engine with the same project, backend and clouds in another folder."""
        for name in ("project", "state"):
            shutil.copytree(self.folder / name, folder / name, symlinks=True)
        for file in self.folder.glob("cloud-*.json"):
            shutil.copy(file, folder)
        return Engine(folder, _environment(folder))


def make_engine(folder: Path) -> Engine:
    """Return an engine in the folder: a project, an empty backend, no cloud and no account."""
    for name in ("project", "state"):
        (folder / name).mkdir()
    copy_of_the_project(folder / "project")
    (folder / "project" / ".venv").symlink_to(Path(sys.prefix))
    return Engine(folder, _environment(folder))


def _environment(folder: Path) -> dict[str, str]:
    """Return what the CLI may see: no account of AWS or Pulumi, and nothing that it downloads.

    Nor is what it runs measured: those are copies, whose coverage counts for nothing.
    """
    left_out = ("COVERAGE_", "PULUMI_") if real_plugin() else ("AWS_", "COVERAGE_", "PULUMI_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return environment | {
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the tests",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false" if real_plugin() else "true",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _network_deployment(stack: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    type_ = "pulumi:pulumi:Stack"
    resource = {
        "urn": f"urn:pulumi:{stack}::{NETWORK_PROJECT}::{type_}::{NETWORK_PROJECT}-{stack}",
        "custom": False,
        "type": type_,
        "outputs": outputs,
    }
    manifest = {"time": "2024-01-01T00:00:00Z", "magic": "", "version": ""}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": [resource]}}
