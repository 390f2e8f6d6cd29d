"""A copy of a stack in a backend of its own, where the engine may read the cloud into a state that nobody else has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from policies import tokens
from policies.strict_yaml import read
from program.engine.pulumi_cli.backend import BACKEND_VARIABLE
from program.engine.pulumi_cli.checkpoint import Checkpoint, parse_checkpoint
from program.engine.pulumi_cli.failures import explained_run
from program.engine.pulumi_cli.operation import run_engine
from program.engine.pulumi_cli.scratch_folders import scratch_folder
from program.engine.pulumi_cli.workspace import QUICK_SECONDS, Workspace, own_keys
from program.engine.recovery.identities import Question, ids_in
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject
from program.project.definition import PROJECT_FILE
from program.project.home import STATE_FOLDER

_SECONDS = 1800.0
# Asks the provider, and changes nothing: a stack's outputs are all that it has.
_PROGRAM = """\
import json
from importlib.metadata import version

import pulumi

options = pulumi.InvokeOptions(version=version("pulumi-aws"))
for name, (function, arguments) in json.loads(pulumi.Config().require("asked")).items():
    pulumi.export(name, pulumi.runtime.invoke(function, arguments, options).value)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """The copy: the engine reads the stack's account for it, and writes to nothing of the stack's."""

    place: Workspace
    say: Callable[[str], None]

    def answers(self, asked: Mapping[str, tuple[Question, JsonObject]]) -> dict[str, tuple[str, ...]]:
        """Return for each name the ids that its question finds; raise CouldNotRunError when AWS can't be asked."""
        if not asked:
            return {}
        questions = {name: (question.function, arguments) for name, (question, arguments) in asked.items()}
        stack_file: dict[str, Any] = read(self.place.config_file).data
        stack_file["config"]["asked"] = json.dumps(questions)
        self.place.config_file.write_text(yaml.safe_dump(stack_file), encoding="utf-8")
        ran, log = run_engine(self.place, self.say, "preview", seconds=_SECONDS)
        if ran.code != 0:
            raise CouldNotRunError(f"AWS can't be asked: {explained_run(ran, log, self.place.name)}")
        outputs = [step.new.outputs for step in log.ended if step.type == tokens.STACK and step.new is not None]
        told: dict[str, Any] = {name: answer for answers in outputs for name, answer in answers.items()}
        return {name: ids_in(question, told[name]) for name, (question, _) in asked.items()}

    def refreshed(self, deployment: Mapping[str, Any], urns: tuple[str, ...]) -> Checkpoint:
        """Return the exported deployment as it is once the cloud was asked for these resources: what is gone is gone.

        Raises CouldNotRunError when one can't be read.
        """
        file = self.place.config_file.with_name("deployment.json")
        file.write_text(json.dumps(deployment), encoding="utf-8")
        self.place.must("stack", "import", "--file", str(file))
        targets = [word for urn in urns for word in ("--target", urn)]
        ran, log = run_engine(self.place, self.say, "refresh", "--yes", "--skip-preview", *targets, seconds=_SECONDS)
        if ran.code != 0:
            raise CouldNotRunError(f"the cloud can't be read: {explained_run(ran, log, self.place.name)}")
        return parse_checkpoint(self.place.must("stack", "export"), "what the refresh left")


@contextmanager
def scratch_of(place: Workspace, say: Callable[[str], None]) -> Iterator[Scratch]:
    """Make the copy, empty as yet, with the stack's region and with the keys of its secrets."""
    with scratch_folder("recover", place.root / STATE_FOLDER) as folder:
        states = folder / "states"
        states.mkdir()
        _write_project(place, folder)
        pulumi = replace(
            place.pulumi,
            folder=folder,
            environment={**place.pulumi.environment, BACKEND_VARIABLE: f"file://{states}"},
        )
        copy = replace(place, pulumi=pulumi, config_file=folder / place.config_file.name)
        provider = own_keys(copy.config_file).get("secretsprovider")
        copy.must(
            *("stack", "init", "--no-select"),
            *(("--secrets-provider", str(provider)) if provider else ()),
            seconds=QUICK_SECONDS,
        )
        yield Scratch(place=copy, say=say)


def _write_project(place: Workspace, folder: Path) -> None:
    project = read(place.root / place.project.file).data
    runtime: dict[str, Any] = json.loads(json.dumps(project["runtime"]))
    # As an absolute path: it is relative to the project that it stands in.
    runtime["options"]["virtualenv"] = str(place.folder / runtime["options"]["virtualenv"])
    (folder / PROJECT_FILE).write_text(yaml.safe_dump({"name": project["name"], "runtime": runtime}), encoding="utf-8")
    (folder / "__main__.py").write_text(_PROGRAM, encoding="utf-8")
    config = read(place.config_file).data.get("config") or {}
    kept = {key: value for key, value in config.items() if key.startswith("aws:")}
    text = yaml.safe_dump({**own_keys(place.config_file), "config": kept})
    (folder / place.config_file.name).write_text(text, encoding="utf-8")
