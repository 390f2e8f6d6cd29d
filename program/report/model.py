"""The one object that every form of the report is made from: the check, and what each stack's records say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from program.engine.records import AnyRecord, ApplyRecord, Change, DestroyRecord, DriftRecord, Hashes, PreviewRecord
from program.result import CheckResult, Difference, Finding, StackResult

# Rules of the report itself: what no policy and no comparison says.
STEP_RULE = "deployment-step"
DATA_RULE = "data-loss"
# The word for a stack of which a record was expected and is not there.
NO_RECORD = "no record"
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
        return _hashes(self.checked)

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
    """The whole report; `notes` are warnings for the reader, `run` the address of the workflow run.

    `problems` say what could not be read, and so what the report does not know.
    """

    check: CheckResult
    stacks: tuple[StackReport, ...]
    commit: str | None
    run: str | None
    notes: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing blocks."""
        return not self.problems and self.check.ok and not any(stack.blocks for stack in self.stacks)

    @property
    def quiet(self) -> bool:
        """Tell whether nothing changes on any stack, and nothing is wrong: one line says all."""
        known = [stack.changes for stack in self.stacks]
        nothing = bool(known) and all(changes == () for changes in known)
        return nothing and self.ok and not self.notes and not any(stack.differences for stack in self.stacks)


def assemble(
    check: CheckResult,
    records: Sequence[AnyRecord],
    *,
    expected: Collection[str] = (),
    run: str | None = None,
    notes: Sequence[str] = (),
    problems: Sequence[str] = (),
) -> Report:
    """Put the check and the records together.

    A record is expected of each stack in `expected`; where none is named, of each checked stack, if there is any.
    """
    checked = {stack.stack: stack for stack in check.stacks}
    awaited = set(expected) or (set(checked) if records else set())
    recorded: dict[str, list[AnyRecord]] = defaultdict(list)
    for record in records:
        recorded[record.stack].append(record)
    names = sorted(checked.keys() | recorded.keys() | awaited)
    stacks = tuple(_stack_report(name, checked.get(name), recorded[name], name in awaited) for name in names)
    commits = sorted({record.commit for record in records if record.commit is not None})
    mixed = [f"The records are of different commits: {', '.join(commits)}."] if len(commits) > 1 else []
    mixed += [
        f"What was recorded of {stack.stack} is of other code than what was checked."
        for stack in stacks
        if _other(stack)
    ]
    return Report(
        check=check,
        stacks=stacks,
        commit=commits[0] if len(commits) == 1 else None,
        run=run,
        notes=(*mixed, *notes),
        problems=tuple(problems),
    )


def _stack_report(
    name: str,
    checked: StackResult | None,
    records: Sequence[AnyRecord],
    expected: bool,  # noqa: FBT001  # one caller
) -> StackReport:
    environments = [checked.environment if checked else None, *(record.environment for record in records)]
    return StackReport(
        stack=name,
        environment=next(filter(None, environments), None),
        checked=checked,
        preview=next((each for each in records if isinstance(each, PreviewRecord)), None),
        apply=next((each for each in records if isinstance(each, ApplyRecord)), None),
        drift=next((each for each in records if isinstance(each, DriftRecord)), None),
        destroy=next((each for each in records if isinstance(each, DestroyRecord)), None),
        expected=expected,
        findings=_merged(checked, records),
    )


def _merged(checked: StackResult | None, records: Sequence[AnyRecord]) -> tuple[Finding, ...]:
    """Return each finding once: what the check found offline, a preview finds again."""
    found = list(checked.findings) if checked else []
    found += [finding for record in records if not isinstance(record, DestroyRecord) for finding in record.findings]
    unique: dict[tuple[str, str, str | None, str], Finding] = {}
    for each in found:
        unique.setdefault((each.rule, each.outcome, _name(each.resource), each.message), each)
    return tuple(unique.values())


def _other(stack: StackReport) -> bool:
    """Tell whether a record declares something else than the check: the two are of different code."""
    checked = _hashes(stack.checked)
    declared = stack.declared
    if checked is None or declared is None:
        return False
    return checked.resources_hash != declared.resources_hash


def _name(urn: str | None) -> str | None:
    return urn.rpartition("::")[2] if urn is not None else None


def outcome_of(record: AnyRecord) -> str:
    """Return how the record's step ended, in its own word."""
    return record.verdict if isinstance(record, DriftRecord) else record.outcome


def _hashes(checked: StackResult | None) -> Hashes | None:
    if checked is None or checked.manifest is None:
        return None
    values = (checked.manifest.get(name) for name in ("configHash", "baselineHash", "resourcesHash"))
    config, baseline, resources = (value if isinstance(value, str) else "" for value in values)
    return Hashes(config_hash=config, baseline_hash=baseline, resources_hash=resources) if resources else None
