"""Say in one sentence how the whole of it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from program.engine.records import Operation
from program.report.content.grouping import stack_list
from program.report.content.merged import merged_groups
from program.report.content.model import GOOD, NO_RECORD, Report, StackReport, outcome_of
from program.report.content.summary import plural

_OPERATIONS: Sequence[Operation] = ("create", "update", "replace", "delete")


def verdict(report: Report) -> str:
    """Return the sentence, without its mark."""
    if not report.ok:
        return f"Failed: {'; '.join(_reasons(report)) or 'the stacks differ'}"
    if report.quiet:
        return f"Nothing changes: {_assurance(report)}"
    weakens = weakening(report)
    guard = f"Weakens its own guard in {plural(weakens, 'place')}. " if weakens else ""
    return f"{guard}{_changes(report.stacks) or 'Passed'}: {_assurance(report)}"


def weakening(report: Report) -> int:
    """Return in how many places the change lets pass more than its base."""
    guarded = report.check.guarded
    return sum(change.effect == "weakens" for change in guarded.changes) if guarded is not None else 0


def loses_data(report: Report) -> int:
    """Return how many resources that hold data end, over all stacks."""
    return sum(change.loses_data for stack in report.stacks for change in stack.changes or ())


def _reasons(report: Report) -> Iterator[str]:
    total = len(report.stacks)
    if report.problems:
        yield "not all of it could be read"
    yield from _of_the_guard(report)
    steps: dict[str, list[str]] = defaultdict(list)
    for stack in report.stacks:
        for record in stack.records:
            if outcome_of(record) not in GOOD:
                steps[f"{record.kind} {outcome_of(record)}"].append(stack.stack)
        if stack.missing:
            steps[NO_RECORD].append(stack.stack)
    yield from (f"{step} ({stack_list(names, total)})" for step, names in sorted(steps.items()))
    if lost := loses_data(report):
        yield f"{plural(lost, 'resource')} with data lost"
    blocking = [group for group in merged_groups(report) if group.blocks]
    if blocking:
        names = sorted({stack for group in blocking for stack in group.stacks})
        yield f"{plural(len(blocking), 'mandatory finding')} ({stack_list(names, total)})"
    undeclared = sum(not difference.declared for difference in report.check.comparison.differences)
    if undeclared:
        yield plural(undeclared, "undeclared difference")
    if stale := report.check.comparison.stale:
        yield plural(len(stale), "stale declaration")


def _of_the_guard(report: Report) -> Iterator[str]:
    if weakens := weakening(report):
        yield f"it weakens its own guard in {plural(weakens, 'place')}"
    if report.check.guarded is not None and report.check.guarded.problems:
        yield f"{plural(len(report.check.guarded.problems), 'problem')} of reviewed files"


def _changes(stacks: Sequence[StackReport]) -> str:
    """Return what changes or changed in figures; nothing where no step told."""
    known = [stack for stack in stacks if stack.changes is not None]
    changing = [stack for stack in known if stack.changes]
    if not changing:
        return "Nothing changes" if known else ""
    operations = Counter(change.operation for stack in changing for change in stack.changes or ())
    figures = ", ".join(plural(operations[word], word) for word in _OPERATIONS if operations[word])
    lost = sum(change.loses_data for stack in changing for change in stack.changes or ())
    loss = f", {plural(lost, 'resource')} with data lost" if lost else ""
    return f"{figures} in {stack_list([stack.stack for stack in changing], len(stacks))}{loss}"


def _assurance(report: Report) -> str:
    count = len(report.check.stacks)
    if count == 0:
        # A record alone: these steps were held to the same rules.
        judged = any(stack.preview or stack.apply for stack in report.stacks)
        return "every mandatory rule is kept" if judged else "no stack was checked"
    declared = len(report.check.comparison.differences)
    but = f" but for {plural(declared, 'declared difference')}" if declared else ""
    same = "there is one stack, with none to compare it with" if count == 1 else f"{count} stacks are the same{but}"
    return f"{same}, and every mandatory rule is kept"
