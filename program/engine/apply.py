"""Apply exactly the plan that a bundle holds, or refuse; then compare what is live with what was declared."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from policies.limits import Limits
from program.engine.as_planned import moved_since
from program.engine.bundles import bundle
from program.engine.bundles.metadata import metadata_of
from program.engine.bundles.refusals import refusals
from program.engine.bundles.revision import source_of
from program.engine.changes import changes_of, unchanged_count
from program.engine.exposure import hidden
from program.engine.foreseen import left_to_rotation
from program.engine.manifests import deployed_manifest
from program.engine.placement import place_differences
from program.engine.pulumi_cli.checkpoint import Checkpoint, refuse_pending
from program.engine.pulumi_cli.events import EventLog, read_events
from program.engine.pulumi_cli.failures import explained_run
from program.engine.pulumi_cli.operation import INTERRUPTED, OperationInterrupted, run_engine
from program.engine.pulumi_cli.process import Ran
from program.engine.pulumi_cli.turn import take_turn
from program.engine.pulumi_cli.workspace import PACK_FOLDER, Workspace, existing_checkpoint
from program.engine.records import ApplyRecord, Change, record_of, timed
from program.engine.sources import DECLARED, DEPLOYED, compare_sources, hashes_of
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject, canonical
from program.offline.stacks import Stack

# An Aurora cluster with its instances takes a quarter of an hour to make.
_SECONDS = 7200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applier:
    """What an apply needs: the stack, its limits, the CLI, and the seconds that it waits for an update that runs."""

    stack: Stack
    limits: Limits
    place: Workspace
    wait: float = 0.0
    say: Callable[[str], None]

    def apply(self, folder: Path, confirmed: Collection[str]) -> ApplyRecord:
        """Apply the bundle and return what became of it; what stops the update is in the record too.

        The manifest of what is live afterwards is put into the folder.

        Raises CouldNotRunError when the folder holds no bundle, or the state can't be read: nothing was done then.
        """
        with bundle.opened(folder) as read:
            return self._apply(read, folder, confirmed)

    def _apply(self, read: bundle.Bundle, folder: Path, confirmed: Collection[str]) -> ApplyRecord:
        started = time.monotonic()
        take_turn(self.place, self.say, seconds=self.wait)
        before = existing_checkpoint(self.place)
        refuse_pending(before, self.stack.name)
        current = metadata_of(self.stack, self.place, before, files={}, source=source_of(self.place.root))
        found = refusals(read, current, confirmed)
        if found:
            return timed(self._record(read, outcome="refused", refusals=found), started)
        try:
            record = self._update(read, folder, before)
        except CouldNotRunError as error:
            # From here on something may have been done, which has to be told.
            record = self._record(read, outcome="failed", error=str(error))
        except OperationInterrupted as stopped:
            record = self._done(read, stopped.log, outcome="interrupted", error=INTERRUPTED)
        return timed(record, started)

    def _update(self, read: bundle.Bundle, folder: Path, before: Checkpoint) -> ApplyRecord:
        self.say(f"applying {self.stack.name} ...")
        # Not --skip-preview: plan and policies are to be met before the first change, not in its middle.
        ran, log = run_engine(
            self.place,
            self.say,
            *("up", "--yes", "--policy-pack", self.place.project.path(PACK_FOLDER)),
            *(("--refresh", *left_to_rotation(before)) if read.metadata.refresh else ()),
            *("--plan", str(read.folder / bundle.PLAN_FILE)),
            seconds=_SECONDS,
        )
        done = self._done(read, log, outcome="applied")
        if ran.code != 0:
            return done.model_copy(update={"outcome": "failed", "error": self._failure(ran, log)})
        record = self._compared(done, read, folder, existing_checkpoint(self.place))
        planned = self._told(changes_of(read_events(read.folder / bundle.EVENTS_FILE).begun, {}), read)
        if moved := moved_since(planned, done.changes):
            error = (
                f"the state moved after the bundle was checked: {'; '.join(moved)}. What is live is what was declared, "
                f"but it was not reviewed from there: look who else deploys"
            )
            return record.model_copy(update={"outcome": "different", "error": error})
        return record

    def _failure(self, ran: Ran, log: EventLog) -> str:
        """Return why the update failed, and what it left."""
        broken = [f"{item.rule}: {item.message}" for item in log.outcomes if item.level == "mandatory"]
        why = f"a mandatory policy stopped it: {broken[0]}" if broken else explained_run(ran, log, self.stack.name)
        pending = existing_checkpoint(self.place).pending
        left = f"; left unfinished: {', '.join(pending)}" if pending else ""
        return f"{why}{left}" if log.updated or pending else f"{why}; nothing was changed"

    def _compared(self, done: ApplyRecord, read: bundle.Bundle, folder: Path, after: Checkpoint) -> ApplyRecord:
        declared: JsonObject = json.loads((read.folder / bundle.DECLARED_FILE).read_bytes())
        deployed = deployed_manifest(after, self.stack.settings, self.limits)
        if deployed is None:
            raise CouldNotRunError(f"stack {self.stack.name} has no output configManifest; the program exports it")
        (folder / bundle.DEPLOYED_FILE).write_bytes(canonical(deployed))
        assert self.stack.settings is not None
        differences = (
            *place_differences(self.stack.settings, after),
            *compare_sources({DECLARED: declared, DEPLOYED: deployed}, {}, {}),
        )
        return done.model_copy(
            update={
                "outcome": "different" if differences else "applied",
                "declared": hashes_of(declared),
                "deployed": hashes_of(deployed),
                "differences": differences,
            }
        )

    def _done(self, read: bundle.Bundle, log: EventLog, **fields: object) -> ApplyRecord:
        sources = {change.urn: change.source for change in read.record.changes}
        return self._record(
            read,
            asked_cloud=read.metadata.refresh,
            changes=self._told(changes_of(log.updated, sources), read),
            unchanged=unchanged_count(log.updated),
            **fields,
        )

    @staticmethod
    def _told(changes: Iterable[Change], read: bundle.Bundle) -> tuple[Change, ...]:
        """Return the changes as they may be shown."""
        return tuple(hidden(change, variables=read.metadata.refresh) for change in changes)

    def _record(self, read: bundle.Bundle, **fields: object) -> ApplyRecord:
        return record_of(ApplyRecord, self.stack, self.place.root, bundle=read.record.bundle, **fields)
