"""Join a change's own check with the judgement of its base: whatever either stops is stopped."""

from __future__ import annotations

from dataclasses import replace

from program.offline.result import CheckResult, StackResult


def joined(own: CheckResult, judged: CheckResult) -> CheckResult:
    """Return the own check with what the base's guard says beyond it, and with what the change does to that guard."""
    by_name = {stack.stack: stack for stack in judged.stacks}
    stacks = tuple(_joined_stack(stack, by_name.get(stack.stack)) for stack in own.stacks)
    # What the own comparison lets pass and the base's doesn't is a difference that nobody declared.
    comparison = own.comparison if judged.comparison.match or not own.comparison.match else judged.comparison
    return replace(own, stacks=stacks, comparison=comparison, guarded=judged.guarded)


def _joined_stack(own: StackResult, judged: StackResult | None) -> StackResult:
    if judged is None:
        return own
    known = {(finding.rule, finding.resource, finding.message) for finding in own.findings if finding.blocks}
    more = [
        replace(finding, message=f"{finding.message} (by the guard of the base)")
        for finding in judged.findings
        if finding.blocks and (finding.rule, finding.resource, finding.message) not in known
    ]
    return replace(own, findings=(*own.findings, *more))
