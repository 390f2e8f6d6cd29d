"""Tell three things apart: the cloud is not what was deployed, the code is not what is deployed, nobody can tell."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policies.drift_ignores import Ignore
from policies.drift_noise import Noise
from policies.limits import Limits
from policies.pack import NAME
from program.engine.advice import Adviser
from program.engine.drift_changes import DriftReader
from program.engine.ignores import sift
from program.engine.manifests import deployed_manifest
from program.engine.placement import place_differences
from program.engine.presence import refuse_another_cloud
from program.engine.pulumi_cli.checkpoint import Checkpoint, refuse_pending
from program.engine.pulumi_cli.events import EventLog
from program.engine.pulumi_cli.failures import explained_run
from program.engine.pulumi_cli.operation import run_engine
from program.engine.pulumi_cli.turn import take_turn
from program.engine.pulumi_cli.workspace import Workspace, existing_checkpoint
from program.engine.records import Advice, Change, DriftRecord, DriftVerdict, record_of, timed
from program.engine.sources import DECLARED, DEPLOYED, compare_sources, hashes_of
from program.engine.state_policies import judge_deployment
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonValue, digest
from program.manifest.differences import Difference
from program.manifest.parity import CONFIGURATION, PRESENCE, PRESENT
from program.offline.check import check_one
from program.offline.result import Finding, StackResult
from program.offline.stacks import Stack

_SECONDS = 1800.0
# Of a stack without outputs: nothing, or a first deployment that did not end.
_NEVER_DEPLOYED = Difference(
    resource=CONFIGURATION, property=PRESENCE, values={DECLARED: PRESENT, DEPLOYED: None}, declared=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftCheck:
    """What a drift check needs: the stack, its limits, the drift that is let pass, the CLI, and today's date.

    `noise` are the differences that are no drift anywhere; `wait` has the seconds that it waits for an update that
    runs.
    """

    stack: Stack
    limits: Limits
    ignores: Sequence[Ignore]
    noise: Sequence[Noise]
    place: Workspace
    today: datetime.date
    wait: float = 0.0
    say: Callable[[str], None]

    def run(self) -> DriftRecord:
        """Compare the cloud, the last deployment and the code; nothing is changed, not even the state.

        What keeps the check from telling is the verdict `check-failed`, with the reason.
        """
        started = time.monotonic()
        try:
            record = self._compared()
        except CouldNotRunError as error:
            record = self._record(verdict="check-failed", error=str(error))
        return timed(record.model_copy(update={"checked_at": _now()}), started)

    def _compared(self) -> DriftRecord:
        declared = self._declared()
        take_turn(self.place, self.say, seconds=self.wait)
        checkpoint = existing_checkpoint(self.place)
        refuse_pending(checkpoint, self.stack.name)
        deployed = deployed_manifest(checkpoint, self.stack.settings, self.limits)
        assert self.stack.settings is not None
        pending = (
            *place_differences(self.stack.settings, checkpoint),
            *compare_sources({DECLARED: declared.manifest, DEPLOYED: deployed}, {}, {}),
        )
        if deployed is None:
            pending = (_NEVER_DEPLOYED,)
        facts: dict[str, object] = {
            "declared": hashes_of(declared.manifest),
            "deployed": hashes_of(deployed),
            "pending": pending,
        }
        if not checkpoint.deployed:
            return self._record(verdict="undeployed", fingerprint=_fingerprint((), pending), **facts)
        log = self._refresh(checkpoint)
        gone = {step.urn for step in log.ended if step.operation == "delete"}
        refuse_another_cloud(checkpoint, gone, self.stack.name)
        sources = {resource.urn: resource.source for resource in declared.resources}
        reader = DriftReader(checkpoint, self.noise, sources)
        found = reader.drifted(log.ended)
        assert declared.environment is not None
        sifted = sift(found.changes, self.ignores, declared.environment, self.today)
        return self._record(
            verdict=_verdict(sifted.counting, pending),
            drifted=sifted.counting,
            advice=self._advised(checkpoint, log, found.unseen, sifted.counting),
            expected=found.expected,
            ignored=sifted.passing,
            stale_ignores=sifted.stale,
            findings=self._judged(reader.live(log.ended), sources),
            fingerprint=_fingerprint(sifted.counting, pending),
            **facts,
        )

    def _declared(self) -> StackResult:
        declared = check_one(self.stack, self.limits, judge=False)
        if declared.manifest is None:
            why = "; ".join(finding.message for finding in declared.findings)
            raise CouldNotRunError(f"the code of this commit can't be deployed: {why}")
        return declared

    def _refresh(self, checkpoint: Checkpoint) -> EventLog:
        self.say(f"asking the cloud what {self.stack.name} is ...")
        ran, log = run_engine(self.place, self.say, "refresh", "--preview-only", seconds=_SECONDS)
        if ran.code != 0:
            raise CouldNotRunError(f"the cloud can't be read: {explained_run(ran, log, self.stack.name)}")
        told = {step.urn for step in log.ended}
        if silent := [state.name for state in checkpoint.states if state.of_the_cloud and state.urn not in told]:
            raise CouldNotRunError(f"the cloud said nothing of {', '.join(silent)}, so that nothing is known of it")
        return log

    def _advised(
        self, checkpoint: Checkpoint, log: EventLog, unseen: frozenset[str], changes: Sequence[Change]
    ) -> tuple[Advice, ...]:
        live = {step.urn: step.new.outputs for step in log.ended if step.new is not None}
        return Adviser(self.stack, checkpoint, self.limits, live, unseen).advice(changes)

    def _judged(self, live: str, sources: Mapping[str, str | None]) -> tuple[Finding, ...]:
        self.say("judging what is live ...")
        try:
            return judge_deployment(live, self.stack, self.limits, self.place.pulumi, sources)
        except CouldNotRunError as error:
            # What has drifted is told all the same.
            return (_unjudged(str(error)),)

    def _record(self, **fields: object) -> DriftRecord:
        return record_of(DriftRecord, self.stack, self.place.root, **fields)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _unjudged(why: str) -> Finding:
    return Finding(rule=NAME, level="mandatory", outcome="error", resource=None, message=why, source=None)


def _verdict(drifted: Sequence[Change], pending: Sequence[Difference]) -> DriftVerdict:
    if drifted:
        return "drifted"
    return "undeployed" if pending else "clean"


def _fingerprint(drifted: Sequence[Change], pending: Sequence[Difference]) -> str | None:
    """Return what is the same as long as the same properties differ in the same way; None where nothing does."""
    if not drifted and not pending:
        return None
    changes: list[JsonValue] = [
        change.model_dump(mode="json", include={"urn", "operation", "properties"}) for change in drifted
    ]
    waiting: list[JsonValue] = [
        {"resource": item.resource, "property": item.property, "values": dict(item.values)} for item in pending
    ]
    return digest({"drifted": changes, "pending": waiting})
