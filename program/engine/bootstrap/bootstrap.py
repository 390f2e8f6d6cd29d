"""Make the foundation: deploy it from wherever its state is, then see that the state is in the bucket that it made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from policies.drift_noise import Noise
from policies.limits import Limits
from program.engine.apply import Applier
from program.engine.bootstrap.moving import move
from program.engine.preview import Previewer
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.pulumi_cli.workspace import Workspace, existing_checkpoint, found_checkpoint, workspace
from program.engine.records import ApplyRecord, PreviewRecord
from program.manifest.canonical import JsonObject
from program.offline.stacks import Stack
from program.project.definition import ROOT

BUNDLE = ROOT / "build" / "bootstrap"
# The local state's, in a folder of the project.
_EMBEDDED = ""
Outcome = Literal["made", "declined", "blocked", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrapped:
    """What became of it: `record` is the last step's, `outputs` are the foundation's once its state has moved."""

    outcome: Outcome
    record: PreviewRecord | ApplyRecord
    outputs: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrapper:
    """What it needs: the foundation's stack, and where the state is to be.

    `reachable` says that the backend is there already; `agreed` is asked before anything is changed, with the preview.
    """

    stack: Stack
    limits: Limits
    noise: Sequence[Noise]
    backend: str
    reachable: bool
    render: Callable[[PreviewRecord], str]
    agreed: Callable[[PreviewRecord], bool]
    say: Callable[[str], None]
    bundle: Path = BUNDLE

    def run(self) -> Bootstrapped:
        """Go on from wherever an earlier run came to; raise CouldNotRunError for what nobody can decide for people."""
        moved = self.reachable and self._moved()
        with self._place(self.backend if moved else _EMBEDDED) as place:
            preview = self._preview(place)
            if preview.outcome != "clean":
                return _ended("failed" if preview.outcome == "failed" else "blocked", preview)
            if preview.changes:
                if not self.agreed(preview):
                    return _ended("declined", preview)
                applied = Applier(stack=self.stack, limits=self.limits, place=place, say=self.say).apply(
                    self.bundle, ()
                )
                if applied.outcome != "applied":
                    return _ended("failed", applied)
            if moved:
                return _made(preview, existing_checkpoint(place))
            self.say(f"moving the state of {self.stack.name} to {self.backend} ...")
            with self._place(self.backend) as target:
                move(place, target, self._provider(existing_checkpoint(place)))
                return _made(preview, existing_checkpoint(target))

    def _moved(self) -> bool:
        """Tell whether the state is in its backend and nowhere else; one that is in both is not done with moving."""
        with self._place(self.backend) as target, self._place(_EMBEDDED) as local:
            there, here = found_checkpoint(target), found_checkpoint(local)
        return _holds(there) and not _holds(here)

    def _provider(self, made: Checkpoint) -> str:
        """Return what encrypts the secrets of the foundation's own state: the key of its environment."""
        providers = made.outputs.get("secretsProviders")
        environment = made.outputs.get("environmentName")
        assert isinstance(providers, dict)
        return str(providers[str(environment)])

    def _place(self, backend: str) -> AbstractContextManager[Workspace]:
        return workspace(self.stack.name, config_file=None, say=self.say, backend=backend)

    def _preview(self, place: Workspace) -> PreviewRecord:
        previewer = Previewer(
            stack=self.stack,
            limits=self.limits,
            place=place,
            make=False,
            refresh=False,
            noise=self.noise,
            render=self.render,
            say=self.say,
        )
        return previewer.preview(self.bundle)


def _holds(checkpoint: Checkpoint | None) -> bool:
    return checkpoint is not None and checkpoint.deployed


def _ended(outcome: Outcome, record: PreviewRecord | ApplyRecord) -> Bootstrapped:
    return Bootstrapped(outcome=outcome, record=record, outputs={})


def _made(record: PreviewRecord, checkpoint: Checkpoint) -> Bootstrapped:
    return Bootstrapped(outcome="made", record=record, outputs=checkpoint.outputs)
