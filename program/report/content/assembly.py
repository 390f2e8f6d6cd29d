"""Put the check and the records together, stack by stack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from program.engine.records import AnyRecord, ApplyRecord, DestroyRecord, DriftRecord, PreviewRecord
from program.offline.result import CheckResult, Finding, StackResult
from program.report.content.model import Report, StackReport, hashes_of_check
from program.report.content.order import promoted


def assemble(
    check: CheckResult,
    records: Sequence[AnyRecord],
    *,
    expected: Collection[str] = (),
    run: str | None = None,
    notes: Sequence[str] = (),
    problems: Sequence[str] = (),
    judged: bool = True,
) -> Report:
    """Put the check and the records together.

    A record is expected of each stack in `expected`; where none is named, of each checked stack, if there is any.
    """
    checked = {stack.stack: stack for stack in check.stacks}
    awaited = set(expected) or (set(checked) if records else set())
    recorded: dict[str, list[AnyRecord]] = defaultdict(list)
    for record in records:
        recorded[record.stack].append(record)
    made = {
        name: _stack_report(name, checked.get(name), recorded[name], name in awaited)
        for name in sorted(checked.keys() | recorded.keys() | awaited)
    }
    order = promoted({name: stack.environment for name, stack in made.items()}, checked)
    stacks = tuple(made[name] for name in order)
    commits = sorted({record.commit for record in records if record.commit is not None})
    return Report(
        check=check,
        stacks=stacks,
        commit=commits[0] if len(commits) == 1 else None,
        run=run,
        notes=(*_mixed(commits, stacks), *notes),
        problems=tuple(problems),
        judged=judged,
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


def _mixed(commits: Sequence[str], stacks: Sequence[StackReport]) -> Iterator[str]:
    """Yield a warning for each thing that was not made of one and the same code."""
    if len(commits) > 1:
        yield f"The records are of different commits: {', '.join(commits)}."
    for stack in stacks:
        checked, declared = hashes_of_check(stack.checked), stack.declared
        if checked and declared and checked.resources_hash != declared.resources_hash:
            yield f"What was recorded of {stack.stack} is of other code than what was checked."


def _name(urn: str | None) -> str | None:
    return urn.rpartition("::")[2] if urn is not None else None
