"""Run whole workflows on this machine with `act`: a copy of the project in a repository of its own, no network.

What needs the network has a stand-in in standins/, and nothing else has; the commands of ours that fetch
(`package`, `tools`) are replaced too. The keys of a workflow that act doesn't know are taken out of the copy: they say
who waits for whom, and what GitHub records. `test` does not run the tests again.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from program.project.definition import ROOT
from tests.program.cli.running import copy_of_the_project
from tests.program.workflow.events import REPOSITORY

needs_act = [
    pytest.mark.act,
    pytest.mark.skipif(shutil.which("act") is None, reason="there is no act on PATH"),
]
STANDINS = Path(__file__).parent / "standins"
KEY_OF_THE_APP = "the-key-of-the-app"
RUNNERS = ("ubuntu-24.04", "ubuntu-24.04-arm")
_UNKNOWN_TO_ACT = re.compile(r"^ +(queue: max|deployment: false)\n", re.MULTILINE)
# A job that calls a workflow for each part of the stacks.
_PART = re.compile(
    r"^  [\w-]+:\n(?P<above>(?:    .*\n)*?)    uses: \./\.github/workflows/(?P<called>[\w-]+)\.yml.*\n"
    r"    with:\n      stacks: \$\{\{ matrix\.stacks \}\}\n(?:    secrets:\n(?:      .*\n)*)?",
    re.MULTILINE,
)
_USES = re.compile(r"uses: ([\w.-]+/[\w.-]+)(?:/[\w./-]+)?@([0-9a-f]{40})")
_COPIED = (".github", ".gitignore", "Makefile", "requirements-dev.txt", "requirements-uv.txt", "requirements.txt")
# In the place of a command that fetches: the program takes the rotation's source, and the CLI is the tests'.
_FETCHES_NOTHING = '''"""Fetches nothing."""

import click


@click.command(context_settings={{"ignore_unknown_options": True}})
@click.argument("given", nargs=-1)
def {name}(given: tuple[str, ...]) -> None:
    """Do nothing."""
'''
_MAKEFILE = """
lint test:
\t@echo "make $@ stands for itself: these tests are part of it"
"""
_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Run:
    """How a workflow ended: the result of each job that ran, by its name; what it printed, and its summary."""

    jobs: dict[str, str]
    log: str
    summary: str

    def said(self, job):
        """Return what the job printed."""
        return "\n".join(line.split(" | ", 1)[1] for line in self.log.splitlines() if line.startswith(f"{job} | "))


@dataclass
class Repository:
    """A repository with the project in it, and the folder that the stand-ins write to."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def project(self):
        return self.folder / "project"

    @property
    def notes(self):
        return self.folder / "notes"

    def git(self, *arguments):
        identity = ("-c", "user.name=Dana", "-c", "user.email=dana@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.project, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, message):
        """Commit all that is there; return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def clouds(self, ports):
        """Say on which port each stack's cloud is."""
        (self.notes / "clouds.json").write_text(json.dumps(ports))

    def noted(self, name):
        """Return the lines that the stand-ins wrote down under the name, sorted."""
        file = self.notes / name
        return sorted(file.read_text().splitlines()) if file.exists() else []

    def artifact(self, *parts):
        """Return the text of a file of an artifact."""
        return self.notes.joinpath("artifacts", *parts).read_text()

    def act(self, event, workflow, payload, *, actor="dana", api="http://127.0.0.1:9", **variables):
        """Run the workflow for the event; the repository's variables are given by name."""
        shutil.rmtree(self.notes / "artifacts", ignore_errors=True)
        for name in ("signed-in", "app-tokens", "attested", "pushed", "uploaded.sarif"):
            (self.notes / name).unlink(missing_ok=True)
        (self.folder / "event.json").write_text(json.dumps(payload))
        settings = {"AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/r", "AWS_ACCOUNT_ID": "111122223333"} | variables
        environment = {
            "GITHUB_API_URL": api,
            "STANDIN_ARTIFACTS": str(self.notes),
            "STANDIN_REPOSITORY": str(self.project),
            "STANDIN_PYTHON": sys.executable,
            **self.environment,
        }
        command = [
            *("act", event, "--json", "--no-cache-server", "--actor", actor, "--defaultbranch", "main"),
            *("--workflows", f".github/workflows/{workflow}.yml", "--eventpath", str(self.folder / "event.json")),
            *("--action-cache-path", str(self.folder / "act")),
            *("--secret", "GITHUB_TOKEN=a-token", "--secret", f"FOUNDATION_DRIFT_KEY={KEY_OF_THE_APP}"),
            *(word for runner in RUNNERS for word in ("--platform", f"{runner}=-self-hosted")),
            *(word for name, value in settings.items() for word in ("--var", f"{name}={value}")),
            *(word for name, value in environment.items() for word in ("--env", f"{name}={value}")),
            *(word for used in self._used() for word in ("--local-repository", used)),
        ]
        log = self.folder / "act.log"
        with log.open("wb") as file:
            _run(command, self.project, file)
        return _read(log.read_text(errors="replace"))

    def _used(self):
        """Yield for each action that is used the stand-in that takes its place."""
        texts = [path.read_text() for path in (self.project / ".github").rglob("*.yml")]
        used = {match for text in texts for match in _USES.findall(text)}
        return [f"{name}@{commit}={STANDINS / name}" for name, commit in sorted(used)]


def make_repository(folder):
    """Return a repository with one commit of the project."""
    repository = Repository(folder)
    repository.notes.mkdir(parents=True)
    repository.project.mkdir()
    for script in STANDINS.glob("*.py"):
        shutil.copy(script, repository.notes)
    project = copy_of_the_project(repository.project)
    for name in _COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, project / name)
    for path in (project / ".github" / "workflows").glob("*.yml"):
        path.write_text(_UNKNOWN_TO_ACT.sub("", _inlined(path)))
    with (project / "Makefile").open("a") as file:
        file.write(_MAKEFILE)
    for name in ("package", "tools"):
        (project / "program" / "cli" / f"{name}.py").write_text(_FETCHES_NOTHING.format(name=name))
    repository.git("init", "--quiet", "--initial-branch", "main")
    repository.git("remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
    repository.commit("The project")
    repository.clouds({})
    return repository


def _inlined(path):
    """Return the workflow with the one job of what it calls for each part of the stacks in the place of the call.

    act ends a run at the first called workflow that fails, where GitHub goes on; there is one part in these tests.
    """
    return _PART.sub(lambda call: _called(path.with_name(f"{call['called']}.yml").read_text(), call), path.read_text())


def _called(text, call):
    """Return the called workflow's job with the conditions of the job that calls it."""
    job = text.partition("\njobs:\n")[2]
    head, _, rest = job.partition("\n")
    conditions = "".join(re.findall(r"^    (?:needs|if): .*\n", call["above"], re.MULTILINE))
    first = "fromJSON(needs.scope.outputs.parts).include[0].stacks"
    return f"{head}\n{conditions}{rest.replace('inputs.stacks', first)}"


def pull_request(repository, *, base, number=7, source=REPOSITORY, author="dana", labels=(), **more):
    """Return the payload of a pull request's event."""
    head = {"ref": "change", "sha": repository.git("rev-parse", "HEAD"), "repo": {"full_name": source}}
    return {
        "number": number,
        "repository": {"full_name": REPOSITORY, "default_branch": "main"},
        "pull_request": {
            "number": number,
            "labels": [{"name": label} for label in labels],
            "user": {"login": author},
            "head": head,
            "base": {"ref": "main", "sha": base},
        },
        **more,
    }


def _run(command, folder, file):
    """Run act; when its time is over, nothing of it is left."""
    left_out = ("ACTIONS_", "AWS_", "COVERAGE_", "GITHUB_", "PULUMI_", "RUNNER_", "XDG_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    # Settings of act or git that this machine has are not the tests'.
    environment["HOME"] = str(folder.parent)
    environment["PATH"] = f"{STANDINS / 'bin'}:{environment['PATH']}"
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=file,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            process.wait(timeout=_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _name(entry):
    """Return the job's name: its id, the stack of its matrix where it has one, after what called it."""
    stack = entry.get("matrix", {}).get("stack")
    own = f"{entry.get('jobID', '')} {stack}" if stack else entry.get("jobID", "")
    # Who calls and which workflow stand before the called job; a job's name can have a slash of its own.
    caller, _, rest = entry.get("job", "").strip().partition("/")
    _, _, called = rest.partition("/")
    return f"{caller} / {called}" if called and not (stack and rest.startswith(own)) else own


def _read(text):
    jobs, lines, summary = {}, [], []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            lines.append(line)
            continue
        job, message = _name(entry), entry["msg"].rstrip("\n")
        if "jobResult" in entry:
            jobs[job] = entry["jobResult"]
        if message.strip().startswith("⚙  Summary - "):
            summary.append(message.strip().removeprefix("⚙  Summary - "))
        lines.append(f"{job} | {message}")
    return Run(jobs, "\n".join(lines), "\n".join(summary))
