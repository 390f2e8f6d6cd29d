"""Where one stack's commands run: the backend, the environment, and a working copy of the stack file."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from policies.strict_yaml import MAX_BYTES, YamlError, read
from program.engine.pulumi_cli.backend import BACKEND_VARIABLE, concealed, shown
from program.engine.pulumi_cli.checkpoint import Checkpoint, parse_checkpoint
from program.engine.pulumi_cli.failures import explained
from program.engine.pulumi_cli.locks import Lock, locks_of
from program.engine.pulumi_cli.process import Pulumi, PulumiInterrupted, Ran
from program.engine.pulumi_cli.scratch_folders import clear, scratch_folder
from program.errors import CouldNotRunError
from program.offline.documents import limited
from program.project.definition import PROJECT_FILE, ROOT, STACKS, Project, split, stack_file
from program.project.home import STATE_FOLDER, home_of

# Compiled modules go outside of the project: one that lies in it could be of another source.
CACHE_VARIABLE = "PYTHONPYCACHEPREFIX"
PACK_FOLDER = "policies"
QUICK_SECONDS = 120.0
# The CLI's exit code for a stack that its backend doesn't know.
NO_SUCH_STACK = 6
_OWN_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The CLI set up for one stack.

    `config_file` is a copy that the CLI may write to; `backend` is fit to be shown. `stack` is Pulumi's name of the
    stack in its project, `name` what all that people read calls it.
    """

    project: Project
    stack: str
    root: Path
    pulumi: Pulumi
    backend: str
    embedded: bool
    config_file: Path
    version: str

    @property
    def name(self) -> str:
        """Return what the stack is called, `network/dev`."""
        return self.project.labelled(self.stack)

    @property
    def folder(self) -> Path:
        """Return the folder that the CLI runs in: the project's."""
        return self.root / self.project.folder

    def run(self, *arguments: str, seconds: float) -> Ran:
        """Run a command of the CLI for the stack; one that the user stops says what became of the stack's lock."""
        try:
            return self.pulumi.run(*arguments, "--stack", self.stack, seconds=seconds)
        except PulumiInterrupted as stopped:
            self.pulumi.say(_after_interruption(self.name, killed=stopped.killed))
            raise

    def must(self, *arguments: str, seconds: float = QUICK_SECONDS) -> str:
        """Run a command that has to succeed and return its stdout; raise CouldNotRunError with what is wrong."""
        ran = self.run(*arguments, seconds=seconds)
        if ran.code != 0:
            raise CouldNotRunError(explained(ran, self.name))
        return ran.stdout

    def locks(self) -> tuple[Lock, ...]:
        """Return who holds the stack's lock now, as far as that can be read."""
        project = self.project.name(self.root)
        return locks_of(self.pulumi.environment[BACKEND_VARIABLE], project, self.stack, self.folder)


@contextmanager
def workspace(
    name: str, *, config_file: Path | None, say: Callable[[str], None], root: Path = ROOT, backend: str | None = None
) -> Iterator[Workspace]:
    """Set the CLI up for the stack; what the CLI writes into the stack file goes into a copy of this run alone.

    The backend is the one given, else PULUMI_BACKEND_URL, else the bucket of the stack's foundation once that is made.
    An empty one, or none, is a folder in the project that is made when missing. Raises CouldNotRunError when there is
    no CLI, or it is older than the project allows.
    """
    state = root / STATE_FOLDER
    url = _backend(name, config_file, root) if backend is None else backend or None
    state.mkdir(exist_ok=True)
    address = url or f"file://{state}"
    project, stack = split(name)
    pulumi = _pulumi(address, say, root / project.folder)
    clear(state)
    with scratch_folder("run", state) as scratch:
        copy = scratch / f"Pulumi.{stack}.yaml"
        _copy_stack_file(config_file or root / stack_file(name), copy)
        yield Workspace(
            project=project,
            stack=stack,
            root=root,
            pulumi=pulumi,
            backend=shown(url) if url else "embedded",
            embedded=url is None,
            config_file=copy,
            version=_version(pulumi, root / project.file),
        )


def _backend(name: str, config_file: Path | None, root: Path) -> str | None:
    given = os.environ.get(BACKEND_VARIABLE)
    return home_of(name, config_file, root) if given is None else given or None


def listed_stacks(say: Callable[[str], None], root: Path = ROOT) -> str:
    """Return what `pulumi stack ls` says, as JSON, of the service's stacks in the backend of PULUMI_BACKEND_URL."""
    url = os.environ.get(BACKEND_VARIABLE)
    if not url:
        raise CouldNotRunError(f"{BACKEND_VARIABLE} is not set; it says where the stacks are")
    return _listed(_pulumi(url, say, root))


def stacks_beside(place: Workspace) -> str:
    """Return what `pulumi stack ls` says, as JSON, of all stacks of all projects in the stack's backend."""
    return _listed(place.pulumi, "--all")


def _listed(pulumi: Pulumi, *options: str) -> str:
    ran = pulumi.run("stack", "ls", "--json", *options, seconds=QUICK_SECONDS)
    if ran.code != 0:
        raise CouldNotRunError(f"the stacks can't be listed: {' '.join(ran.stderr.split())}")
    return ran.stdout


def existing_checkpoint(place: Workspace) -> Checkpoint:
    """Return the stack's last deployment; raise CouldNotRunError when the backend can't be read or lacks the stack."""
    return _checkpoint(place, _exported(place))


def found_checkpoint(place: Workspace) -> Checkpoint | None:
    """Return the same; None for a stack that its backend doesn't know."""
    ran = _exported(place)
    return None if ran.code == NO_SUCH_STACK else _checkpoint(place, ran)


def made_checkpoint(place: Workspace, *, make: bool) -> Checkpoint:
    """Return the same; with `make`, or in the embedded backend, a stack that isn't there is made."""
    ran = _exported(place)
    if ran.code == NO_SUCH_STACK and (make or place.embedded):
        make_stack(place)
        ran = _exported(place)
    return _checkpoint(place, ran)


def _exported(place: Workspace) -> Ran:
    return place.run("stack", "export", seconds=QUICK_SECONDS)


def _checkpoint(place: Workspace, ran: Ran) -> Checkpoint:
    if ran.code != 0:
        raise CouldNotRunError(explained(ran, place.name))
    try:
        checkpoint = parse_checkpoint(ran.stdout, "")
    except CouldNotRunError:
        raise CouldNotRunError(
            f"the state of stack {place.name} holds no deployment; in its backend, put the copy that lies beside it "
            f"(.pulumi/stacks/*/{place.stack}.json.bak, or an earlier version of the bucket's object) in its place, "
            f"then "
            f"`./parity recover {place.name}` says what is left to do"
        ) from None
    _take_keys(place.config_file, checkpoint.keys)
    return checkpoint


def make_stack(place: Workspace) -> None:
    """Make the stack in its backend; the salt or key that the CLI makes for it stands in the state.

    The CLI writes it into the project's file of that stack too, whatever else it is told; so it gets a project of its
    own, of the same name, with a folder of its own for stack files.
    """
    provider = own_keys(place.config_file).get("secretsprovider")
    arguments = ("--secrets-provider", str(provider)) if provider else ()
    with scratch_folder("init", place.root / STATE_FOLDER) as project:
        text = yaml.safe_dump({**read(place.root / place.project.file).data, "stackConfigDir": STACKS})
        (project / PROJECT_FILE).write_text(text, encoding="utf-8")
        file = project / STACKS / place.config_file.name
        file.parent.mkdir()
        shutil.copy(place.config_file, file)
        ran = replace(place.pulumi, folder=project).run(
            "stack", "init", "--no-select", *arguments, "--stack", place.stack, seconds=QUICK_SECONDS
        )
        if ran.code != 0:
            raise CouldNotRunError(explained(ran, place.name))


def _after_interruption(stack: str, *, killed: bool) -> str:
    if killed:
        return f"killed; a lock of stack {stack} and half an update can be left: `./parity recover {stack}`"
    return f"stopped, and ended what it was at; it holds no lock of stack {stack} any more. Preview again to go on"


def _pulumi(backend: str, say: Callable[[str], None], folder: Path) -> Pulumi:
    # Checked before anything is run: what is no address can't be kept out of a message.
    shown(backend)
    return Pulumi(
        folder=folder,
        environment=_environment(backend),
        say=lambda line: say(f"pulumi: {line}"),
        conceal=lambda text: concealed(text, backend),
    )


def _environment(backend: str) -> Mapping[str, str]:
    return {
        **os.environ,
        CACHE_VARIABLE: os.environ.get(CACHE_VARIABLE) or str(_cache()),
        BACKEND_VARIABLE: backend,
        # The event log, which the CLI keeps for the Automation API.
        "PULUMI_DEBUG_COMMANDS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parity" / "pycache"


def _copy_stack_file(source: Path, copy: Path) -> None:
    if not source.exists():
        raise CouldNotRunError(
            f"{source.name}: No such file or directory; every stack has its file in {source.parent.name}/"
        )
    copy.write_bytes(limited(source, MAX_BYTES, Path(source.name)))


def _take_keys(copy: Path, keys: Mapping[str, str]) -> None:
    """Put what the state's secrets are encrypted with into the copy, where the reviewed file doesn't have it.

    Without it the CLI makes a new salt or key for each run, and an apply can't read the plan of its preview.
    """
    missing = {key: value for key, value in keys.items() if key not in own_keys(copy)}
    if missing:
        copy.write_text(copy.read_text(encoding="utf-8") + yaml.safe_dump(missing), encoding="utf-8")


def own_keys(file: Path) -> dict[str, Any]:
    """Return what the CLI wrote into a stack file; a file that is missing or no YAML has nothing of it."""
    try:
        data = read(file).data
    except YamlError:
        return {}
    return {key: data[key] for key in _OWN_KEYS if key in data} if isinstance(data, dict) else {}


def _version(pulumi: Pulumi, project: Path) -> str:
    """Return the CLI's version; refuse one that is older than Pulumi.yaml asks for."""
    said = pulumi.run("version", seconds=QUICK_SECONDS).stdout.strip()
    required = str(read(project).data.get("requiredPulumiVersion", ""))
    found, least = _VERSION.search(said), _VERSION.search(required)
    if found is None:
        raise CouldNotRunError(f"pulumi version says {said!r}, which is no version; check what pulumi is on PATH")
    if least is not None and [int(part) for part in found.groups()] < [int(part) for part in least.groups()]:
        raise CouldNotRunError(f"pulumi is {said}; {PROJECT_FILE} needs {required}: install a newer Pulumi CLI")
    return said
