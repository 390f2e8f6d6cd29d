"""Say what an update that was cut off left of a stack, and, when told to, take its lock off and mend the state."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.pulumi_cli.locks import Lock
from program.engine.pulumi_cli.workspace import Workspace, existing_checkpoint
from program.engine.records import Refusal, record_of, timed
from program.engine.recovery.fates import Recovery, recovery_of
from program.engine.recovery.record import RecoverRecord
from program.engine.recovery.scratch import scratch_of
from program.errors import CouldNotRunError
from program.offline.stacks import Stack
from program.project.home import STATE_FOLDER

_BACKUPS = "backups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoverer:
    """What a recovery needs: the stack and the CLI."""

    stack: Stack
    place: Workspace
    say: Callable[[str], None]

    def recover(self, *, act: bool, unlock: bool) -> RecoverRecord:
        """Return what the cut off update left; with `act`, after the state says so, with `unlock`, without its lock.

        Raises CouldNotRunError when the backend or the cloud can't be read: the state is as it was then.
        """
        started = time.monotonic()
        locks = self.place.locks()
        refused = _refusals(locks, self.stack.name, act=act, unlock=unlock)
        if refused:
            return timed(self._record(locks, outcome="refused", refusals=refused), started)
        checkpoint = existing_checkpoint(self.place)
        if not (locks or unlock or checkpoint.operations):
            return timed(self._record(locks, outcome="nothing"), started)
        found = self._found(checkpoint)
        if not act:
            return timed(self._record(locks, outcome="found", fates=found.fates), started)
        if unlock:
            self._unlock(locks)
        backup = self._mend(checkpoint, found) if checkpoint.operations else None
        return timed(self._record(locks, outcome="recovered", fates=found.fates, backup=backup), started)

    def _found(self, checkpoint: Checkpoint) -> Recovery:
        if not checkpoint.operations:
            return Recovery(fates=(), deployment=checkpoint.text)
        self.say(f"asking the cloud what became of {len(checkpoint.operations)} operations ...")
        with scratch_of(self.place, self.say) as scratch:
            return recovery_of(checkpoint, self.stack.name, scratch)

    def _unlock(self, locks: tuple[Lock, ...]) -> None:
        if self.place.locks() != locks:
            raise CouldNotRunError(
                f"somebody took the lock of stack {self.stack.name} meanwhile; nothing was changed: recover again"
            )
        # The CLI's own way takes every lock off that there is.
        self.place.must("cancel", "--yes")

    def _mend(self, checkpoint: Checkpoint, found: Recovery) -> str:
        """Put the state in its place that says what is there; return where the one is that was there before."""
        if existing_checkpoint(self.place).hash != checkpoint.hash:
            raise CouldNotRunError(
                f"the state of stack {self.stack.name} moved while the cloud was asked; nothing was changed: recover "
                f"again"
            )
        folder = self.place.root / STATE_FOLDER / _BACKUPS
        backup = _kept(folder / f"{self.stack.name}-{checkpoint.hash[:12]}.json", checkpoint.text)
        mended = _kept(self.place.config_file.with_name("mended.json"), found.deployment)
        self.place.must("stack", "import", "--file", str(mended))
        return backup.relative_to(self.place.root).as_posix()

    def _record(self, locks: tuple[Lock, ...], **fields: object) -> RecoverRecord:
        shown = tuple(lock.shown for lock in locks)
        return record_of(RecoverRecord, self.stack, self.place.root, locks=shown, **fields)


def _refusals(locks: tuple[Lock, ...], stack: str, *, act: bool, unlock: bool) -> tuple[Refusal, ...]:
    """Return why nothing is looked at: an update may run; one that is known to be gone only has to be named."""
    left = all(lock.is_left for lock in locks)
    if not locks or unlock or (left and not act):
        return ()
    options = "--yes --unlock" if act else "--unlock"
    known = "that process is gone" if left else "if that update is known to be over"
    return (
        Refusal(
            code="locked",
            expected=f"no update of stack {stack} that runs",
            found=f"a lock of {', '.join(lock.shown for lock in locks)}",
            fix=f"{known}: `./parity recover {stack} {options}`",
        ),
    )


def _kept(file: Path, text: str) -> Path:
    """Write what holds a state where nobody else reads it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    return file
