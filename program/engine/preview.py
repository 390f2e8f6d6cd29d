"""Preview one stack with the real engine, and keep all that a later apply is held to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.drift_noise import Noise
from policies.limits import Limits
from program.engine.bundles import bundle
from program.engine.bundles.metadata import metadata_of
from program.engine.bundles.revision import source_of
from program.engine.changes import changes_of, unchanged_count
from program.engine.drift_changes import DriftReader
from program.engine.exposure import conceal_in, conceal_in_document, conceal_in_plan, hidden, live_secrets
from program.engine.foreseen import Foresight, left_to_rotation
from program.engine.left_drift import left_drift
from program.engine.manifests import deployed_manifest, planned_manifest
from program.engine.placement import place_differences
from program.engine.policy_results import joined_findings, tallied
from program.engine.presence import refuse_another_cloud
from program.engine.pulumi_cli.checkpoint import Checkpoint, refuse_pending
from program.engine.pulumi_cli.events import EventLog
from program.engine.pulumi_cli.failures import explained_run
from program.engine.pulumi_cli.operation import refuse_silence, run_engine
from program.engine.pulumi_cli.turn import take_turn
from program.engine.pulumi_cli.workspace import PACK_FOLDER, Workspace, made_checkpoint
from program.engine.records import PreviewRecord, record_of, timed
from program.engine.sources import (
    DECLARED,
    DEPLOYED,
    PLANNED,
    compare_sources,
    declared_dependencies,
    hashes_of,
    planned_dependencies,
)
from program.errors import CouldNotRunError
from program.manifest.canonical import canonical
from program.offline.check import check_one
from program.offline.result import StackResult
from program.offline.stacks import Stack

_SECONDS = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewer:
    """What a preview needs: the stack, its limits, the CLI, and how its record is rendered.

    `packs` are the folders of the policy packs that judge. `make` makes a stack that its backend doesn't know yet;
    `refresh` asks the cloud first, so that drift is undone; `noise` are the differences that are no drift anywhere;
    `wait` has the seconds that it waits for an update that runs.
    """

    stack: Stack
    limits: Limits
    place: Workspace
    packs: tuple[str, ...] = (PACK_FOLDER,)
    make: bool
    refresh: bool
    wait: float = 0.0
    noise: Sequence[Noise]
    render: Callable[[PreviewRecord], str]
    say: Callable[[str], None]

    def preview(self, folder: Path) -> PreviewRecord:
        """Preview the stack into a bundle and return its record; what stops the preview is in the record too."""
        started = time.monotonic()
        with bundle.new_bundle(folder) as part:
            try:
                record = self._preview(part)
            except CouldNotRunError as error:
                record = self._record(outcome="failed", error=str(error))
            record = timed(record, started)
            bundle.write_record(part, record, self.render(record))
        return record

    def _preview(self, part: Path) -> PreviewRecord:
        source = source_of(self.place.root)
        self.say(f"checking {self.stack.name} offline ...")
        declared = check_one(self.stack, self.limits)
        if declared.manifest is None:
            # Nothing can be planned; the findings say why.
            return self._record(outcome="blocked", findings=declared.findings)
        take_turn(self.place, self.say, seconds=self.wait)
        checkpoint = made_checkpoint(self.place, make=self.make)
        refuse_pending(checkpoint, self.stack.name)
        self.say(f"previewing {self.stack.name} ...")
        ran, log = run_engine(
            self.place,
            self.say,
            *("preview", "--json"),
            *(word for pack in self.packs for word in ("--policy-pack", self.place.project.path(pack))),
            *(("--refresh", *left_to_rotation(checkpoint)) if self.refresh else ()),
            *("--save-plan", str((part / bundle.PLAN_FILE).resolve())),
            seconds=_SECONDS,
            log=part / bundle.EVENTS_FILE,
        )
        (part / bundle.PREVIEW_FILE).write_text(ran.stdout, encoding="utf-8")
        self._conceal(part, log)
        stopped_by_policy = any(item.level == "mandatory" and item.outcome != "undecided" for item in log.outcomes)
        if ran.code != 0 and not stopped_by_policy:
            raise CouldNotRunError(explained_run(ran, log, self.stack.name))
        refuse_silence(log, "preview")
        if self.refresh:
            made = {step.urn for step in log.begun if step.operation == "create"}
            # What belongs to the rotation was not asked for.
            refuse_another_cloud(checkpoint, made | {*left_to_rotation(checkpoint)}, self.stack.name)
        if source_of(self.place.root) != source:
            raise CouldNotRunError("the project's files changed during the preview; preview again")
        return self._planned(part, log, declared, checkpoint, source)

    def _conceal(self, part: Path, log: EventLog) -> None:
        """Take out of what the engine wrote the values that somebody else put where secrets often stand."""
        secrets = live_secrets((*log.begun, *log.ended), variables=self.refresh)
        conceal_in(part / bundle.EVENTS_FILE, secrets)
        conceal_in_document(part / bundle.PREVIEW_FILE, secrets)
        conceal_in_plan(part / bundle.PLAN_FILE, secrets)

    def _planned(
        self, part: Path, log: EventLog, declared: StackResult, checkpoint: Checkpoint, source: str
    ) -> PreviewRecord:
        """Return what the engine's log says, beside what is declared and deployed, and seal the bundle."""
        assert self.stack.settings is not None
        manifests = {
            DECLARED: declared.manifest,
            PLANNED: planned_manifest(log, self.stack.settings, self.limits),
            DEPLOYED: deployed_manifest(checkpoint, self.stack.settings, self.limits),
        }
        for side, file in ((DECLARED, bundle.DECLARED_FILE), (PLANNED, bundle.PLANNED_FILE)):
            (part / file).write_bytes(canonical(manifests[side]))
        foresight = Foresight(settings=self.stack.settings, checkpoint=checkpoint, declared=declared.resources)
        sources = {resource.urn: resource.source for resource in declared.resources}
        changes = changes_of(log.begun, sources)
        findings = (
            *foresight.findings(log.begun),
            *left_drift(log, DriftReader(checkpoint, self.noise, sources), changes),
            *joined_findings(log.outcomes, declared, self.limits),
        )
        tally = tallied(log.passed, findings, self.limits, declared.environment)
        (part / bundle.POLICIES_FILE).write_text(json.dumps(tally, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        blocked = any(finding.blocks for finding in findings)
        metadata = metadata_of(
            self.stack,
            self.place,
            checkpoint,
            files=bundle.hashes_in(part),
            source=source,
            blocked=blocked,
            refresh=self.refresh,
        )
        bundle.seal(part, metadata)
        return self._record(
            outcome="blocked" if blocked else "clean",
            changes=tuple(hidden(change, variables=self.refresh) for change in changes),
            unchanged=unchanged_count(log.begun),
            findings=findings,
            declared=hashes_of(manifests[DECLARED]),
            planned=hashes_of(manifests[PLANNED]),
            deployed=hashes_of(manifests[DEPLOYED]),
            differences=(
                *place_differences(self.stack.settings, checkpoint),
                *compare_sources(
                    manifests,
                    declared_dependencies(declared.resources),
                    planned_dependencies(part / bundle.PREVIEW_FILE),
                ),
            ),
            bundle=metadata.digest,
        )

    def _record(self, **fields: object) -> PreviewRecord:
        return record_of(PreviewRecord, self.stack, self.place.root, **fields)
