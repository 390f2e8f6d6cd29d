"""Move a stack's state from one backend into another: nothing of it is gone before it is in its new place."""

from __future__ import annotations

import json
from typing import Any

import yaml

from program.engine.pulumi_cli.checkpoint import Checkpoint, refuse_pending
from program.engine.pulumi_cli.scratch_folders import scratch_folder
from program.engine.pulumi_cli.workspace import (
    Workspace,
    existing_checkpoint,
    found_checkpoint,
    make_stack,
    own_keys,
)
from program.errors import CouldNotRunError
from program.project.files import write_whole
from program.project.home import STATE_FOLDER

KEPT_FOLDER = "moved"


def move(source: Workspace, target: Workspace, provider: str) -> None:
    """Put the source's deployment into the target, its secrets encrypted by `provider`, then take it out of the source.

    Run again after it was cut off, it goes on. Raises CouldNotRunError when the target has another deployment.
    """
    before = existing_checkpoint(source)
    refuse_pending(before, source.name)
    there = found_checkpoint(target)
    if there is None:
        _encrypt_by(target, provider)
        make_stack(target)
    if there is None or not there.deployed:
        _put(source, target)
        there = existing_checkpoint(target)
    if differing := _differing(before, there):
        raise CouldNotRunError(
            f"the state of {target.name} in {_where(target)} is not the one in {_where(source)} ({differing} is not "
            f"the same in both); nothing was removed: compare the two (`pulumi stack export`), and remove the one "
            f"that is wrong"
        )
    _keep(source, before)
    source.must("stack", "rm", "--yes", "--force", "--preserve-config")


def _where(place: Workspace) -> str:
    return f"{STATE_FOLDER}/" if place.embedded else place.backend


def _encrypt_by(place: Workspace, provider: str) -> None:
    """Let the copy of the stack file name the provider, by which the stack is made, and no key of another place."""
    data: dict[str, Any] = yaml.safe_load(place.config_file.read_text(encoding="utf-8"))
    kept = {key: value for key, value in data.items() if key not in own_keys(place.config_file)}
    place.config_file.write_text(yaml.safe_dump({**kept, "secretsprovider": provider}), encoding="utf-8")


def _put(source: Workspace, target: Workspace) -> None:
    """Export what the source has and import it: its secrets are plain in a file that only the process's user reads.

    An import encrypts by what the deployment names, which is the source's; so it gets the target's.
    """
    told: dict[str, Any] = json.loads(source.must("stack", "export", "--show-secrets"))
    own = json.loads(target.must("stack", "export")).get("deployment") or {}
    told["deployment"]["secrets_providers"] = own.get("secrets_providers")
    plain = json.dumps(told)
    with scratch_folder("run", source.root / STATE_FOLDER) as folder:
        file = folder / "deployment.json"
        file.touch(mode=0o600)
        file.write_text(plain, encoding="utf-8")
        target.must("stack", "import", "--file", str(file))


def _differing(one: Checkpoint, other: Checkpoint) -> str | None:
    """Return the first resource that isn't the same in both; what is encrypted differs by its key."""
    left, right = ({state.urn: (state.type, state.id) for state in each.states} for each in (one, other))
    return next((urn for urn in sorted({*left, *right}) if left.get(urn) != right.get(urn)), None)


def _keep(place: Workspace, checkpoint: Checkpoint) -> None:
    """Leave a copy where the state was, its secrets encrypted as ever."""
    file = place.root / STATE_FOLDER / KEPT_FOLDER / f"{place.name.replace('/', '-')}.json"
    write_whole(file, json.dumps(json.loads(checkpoint.text), indent=2, sort_keys=True) + "\n")
