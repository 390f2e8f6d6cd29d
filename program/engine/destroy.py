"""Destroy one stack, and see that nothing is left of it; a stack that lives long has to be named twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from program.engine.changes import changes_of
from program.engine.final_snapshots import taken_snapshots
from program.engine.pulumi_cli.checkpoint import Checkpoint, refuse_pending
from program.engine.pulumi_cli.failures import explained_run
from program.engine.pulumi_cli.operation import INTERRUPTED, OperationInterrupted, run_engine
from program.engine.pulumi_cli.turn import take_turn
from program.engine.pulumi_cli.workspace import Workspace, existing_checkpoint
from program.engine.records import DestroyRecord, Refusal, record_of, timed
from program.errors import CouldNotRunError
from program.offline.stacks import Stack
from program.project.stackfile import stack_names

# An Aurora cluster takes a quarter of an hour to go.
_SECONDS = 7200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyer:
    """What a destroy needs: the stack, the CLI, and the seconds that it waits for an update that runs."""

    stack: Stack
    place: Workspace
    wait: float = 0.0
    say: Callable[[str], None]

    def destroy(self, confirmed: Collection[str]) -> DestroyRecord:
        """Destroy all that the stack has, then the stack; `confirmed` has its name where it lives long.

        Raises CouldNotRunError when the state can't be read: nothing was done then.
        """
        started = time.monotonic()
        take_turn(self.place, self.say, seconds=self.wait)
        checkpoint = existing_checkpoint(self.place)
        refuse_pending(checkpoint, self.stack.name)
        refused = unconfirmed(self.stack, checkpoint, confirmed, self.place.root) or taken_snapshots(
            checkpoint, self.say
        )
        if refused:
            return timed(self._record(outcome="refused", refusals=refused), started)
        try:
            record = self._destroy()
        except CouldNotRunError as error:
            # From here on something may have been done, which has to be told.
            record = self._record(outcome="failed", error=str(error))
        except OperationInterrupted as stopped:
            record = self._record(outcome="interrupted", error=INTERRUPTED, changes=changes_of(stopped.log.updated, {}))
        return timed(record, started)

    def _destroy(self) -> DestroyRecord:
        self.say(f"destroying {self.stack.name} ...")
        ran, log = run_engine(self.place, self.say, "destroy", "--yes", seconds=_SECONDS)
        changes = changes_of(log.updated, {})
        after = existing_checkpoint(self.place)
        left = (*(state.urn for state in after.states if state.custom), *after.undeleted, *after.pending)
        if ran.code != 0 or left:
            why = explained_run(ran, log, self.stack.name) if ran.code != 0 else "it ended well, and something is left"
            return self._record(outcome="failed", error=why, changes=changes, left=left)
        # The stack file is the project's, not the CLI's to delete.
        self.place.must("stack", "rm", "--yes", "--preserve-config")
        return self._record(outcome="destroyed", changes=changes)

    def _record(self, **fields: object) -> DestroyRecord:
        return record_of(DestroyRecord, self.stack, self.place.root, **fields)


def unconfirmed(stack: Stack, checkpoint: Checkpoint, confirmed: Collection[str], root: Path) -> tuple[Refusal, ...]:
    """Return a refusal to destroy a stack that lives long and has something, unless it was named twice."""
    reasons: list[str] = []
    if stack.name in stack_names(root):
        reasons.append("it has a file in stacks/, so it lives long")
    # What the file says, not the settings: one that can't be deployed any more protects its data all the same.
    if stack.file.config.get(stack.file.project.full_key("dataProtection")) == "protected":
        reasons.append("its dataProtection is protected")
    if not reasons or not (checkpoint.deployed or checkpoint.undeleted) or stack.name in confirmed:
        return ()
    return (
        Refusal(
            code="unconfirmed",
            expected=f"the name of stack {stack.name}, typed once more",
            found=" and ".join(reasons),
            fix=f"if all of it may go: --confirm {stack.name}",
        ),
    )
