"""The one object that every form of the report is made from: the check, and what each stack's records say."""

from __future__ import annotations

from dataclasses import dataclass

from program.engine.records import AnyRecord, ApplyRecord, Change, DestroyRecord, DriftRecord, Hashes, PreviewRecord
from program.manifest.differences import Difference
from program.offline.result import CheckResult, Finding, StackResult
from program.report.content.links import Links

# The word for a stack of which a record was expected and is not there.
NO_RECORD = "no result"
# What a step says that ended as it should.
GOOD = ("clean", "applied", "destroyed")
# A step that ended so did not come to its changes, or does not know them.
_SHORT_OF_THE_END = ("failed", "refused", "check-failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackReport:
    """All that is known of one stack; `expected` says that its job should have left a record."""

    stack: str
    environment: str | None
    checked: StackResult | None
    preview: PreviewRecord | None
    apply: ApplyRecord | None
    drift: DriftRecord | None
    destroy: DestroyRecord | None
    expected: bool
    findings: tuple[Finding, ...]

    @property
    def records(self) -> tuple[AnyRecord, ...]:
        """Return the stack's records, the latest step first."""
        steps = (self.destroy, self.apply, self.drift, self.preview)
        return tuple(record for record in steps if record is not None)

    @property
    def missing(self) -> bool:
        """Tell whether the job that should have left a record was cancelled, or failed early."""
        return self.expected and not self.records

    @property
    def outcome(self) -> str:
        """Return the latest step's outcome in a word or two; a preview that finds nothing to do says so."""
        if not self.records:
            return NO_RECORD if self.expected else "checked"
        latest = self.records[0]
        if isinstance(latest, DriftRecord):
            return "no drift" if latest.verdict == "clean" else latest.verdict
        if isinstance(latest, PreviewRecord) and latest.outcome == "clean":
            return "to deploy" if latest.changes else "no change"
        return latest.outcome

    @property
    def changes(self) -> tuple[Change, ...] | None:
        """Return what the latest step changes or changed, None where that isn't known."""
        if not self.records:
            return None
        latest = self.records[0]
        changes = latest.drifted if isinstance(latest, DriftRecord) else latest.changes
        return changes if changes or outcome_of(latest) not in _SHORT_OF_THE_END else None

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Return where declared, planned and deployed are apart."""
        for record in (self.apply, self.preview):
            if record is not None:
                return record.differences
        return self.drift.pending if self.drift is not None else ()

    @property
    def declared(self) -> Hashes | None:
        """Return the hashes of what the code declares."""
        for record in (self.apply, self.preview, self.drift):
            if record is not None and record.declared is not None:
                return record.declared
        return hashes_of_check(self.checked)

    @property
    def deployed(self) -> Hashes | None:
        """Return the hashes of what was deployed last: by this run, else by the main branch."""
        for record in (self.apply, self.preview, self.drift):
            if record is not None and record.deployed is not None:
                return record.deployed
        return None

    @property
    def planned(self) -> Hashes | None:
        """Return the hashes of what the preview plans."""
        return self.preview.planned if self.preview is not None else None

    @property
    def seconds(self) -> float | None:
        """Return how long the stack's steps took."""
        return sum(record.seconds for record in self.records) if self.records else None

    @property
    def failed(self) -> bool:
        """Tell whether a step of the stack did not end as it should."""
        good = (outcome_of(record) in GOOD for record in self.records)
        return self.missing or not all(good)

    @property
    def blocks(self) -> bool:
        """Tell whether anything about the stack blocks."""
        return self.failed or any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report; `notes` are warnings for the reader, `run` the address of the workflow run, `time` when it was.

    `problems` say what could not be read, and so what the report does not know; `judged` that the policies were asked.
    """

    check: CheckResult
    stacks: tuple[StackReport, ...]
    commit: str | None
    run: str | None
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    links: Links | None = None
    time: str | None = None
    judged: bool = True

    @property
    def ok(self) -> bool:
        """Tell whether nothing blocks."""
        return not self.problems and self.check.ok and not any(stack.blocks for stack in self.stacks)

    @property
    def quiet(self) -> bool:
        """Tell whether nothing changes on any stack, and nothing is wrong: one line says all."""
        known = [stack.changes for stack in self.stacks]
        nothing = bool(known) and all(changes == () for changes in known)
        guarded = self.check.guarded
        told = guarded is not None and bool(guarded.changes or guarded.declared or guarded.note)
        return nothing and self.ok and not told and not self.notes and not any(s.differences for s in self.stacks)


def outcome_of(record: AnyRecord) -> str:
    """Return how the record's step ended, in its own word."""
    return record.verdict if isinstance(record, DriftRecord) else record.outcome


def hashes_of_check(checked: StackResult | None) -> Hashes | None:
    """Return the hashes of what the check declares, None where it has no manifest."""
    if checked is None or checked.manifest is None:
        return None
    values = (checked.manifest.get(name) for name in ("configHash", "baselineHash", "resourcesHash"))
    config, baseline, resources = (value if isinstance(value, str) else "" for value in values)
    return Hashes(config_hash=config, baseline_hash=baseline, resources_hash=resources) if resources else None
