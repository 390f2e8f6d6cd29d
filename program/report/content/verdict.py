"""Say in one sentence what a reviewer has to know first: the worst of it, in plain words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from program.engine.records import Operation
from program.report.content.grouping import stack_list
from program.report.content.losses import losses
from program.report.content.merged import merged_groups
from program.report.content.model import GOOD, Report, StackReport, outcome_of
from program.report.content.paperwork import paperwork
from program.report.content.summary import odd_stacks, plural, said_once, stacks_of

_OPERATIONS: Sequence[Operation] = ("create", "update", "replace", "delete")
# How a step ended, for a reader; what blocks a preview is a finding, and told as such.
_ENDS = {
    ("preview", "failed"): "the preview of {} failed",
    ("preview", "blocked"): "the policies block the preview of {}",
    ("apply", "failed"): "the deployment of {} failed",
    ("apply", "refused"): "the deployment of {} was refused",
    ("apply", "different"): "{}: something other than declared was deployed",
    ("apply", "interrupted"): "the deployment of {} was interrupted",
    ("destroy", "failed"): "destroying {} failed",
    ("destroy", "refused"): "destroying {} was refused",
    ("destroy", "interrupted"): "destroying {} was interrupted",
    ("drift", "drifted"): "{}: the cloud is not what was deployed",
    ("drift", "undeployed"): "{}: the code is not deployed",
    ("drift", "check-failed"): "the drift check of {} failed",
}
# How a problem begins that a check wrote which could not run.
UNABLE = "the check could not run"


def verdict(report: Report) -> str:
    """Return the sentence, without its mark and without a full stop."""
    troubles = list(_troubles(report))
    if not troubles:
        return _capital(_calm(report))
    first, *others = troubles
    more = f", and {plural(len(others), 'more problem')}" if others else ""
    return _capital(f"{first}{more}")


def mark(report: Report) -> str:
    """Return the sign before it: something blocks, something has to be confirmed, or all is well."""
    if not report.ok:
        return "❌"
    return "⚠️" if loses_data(report) or weakening(report) else "✅"


def assurance(report: Report) -> str | None:
    """Return what holds all the same, where nothing blocks; None where something does, or nothing was checked."""
    count = len(report.check.stacks)
    if not report.ok:
        return None
    if count == 0:
        # A record alone: these steps were held to the same rules.
        judged = any(stack.preview or stack.apply for stack in report.stacks)
        return "No mandatory rule fails." if judged else None
    declared = len(said_once([each for each in report.check.comparison.differences if each.declared]))
    but = f", except for {plural(declared, 'declared difference')}" if declared else ""
    same = (
        "1 stack checked, with no other to compare it with" if count == 1 else f"{stacks_of(report.check)} match{but}"
    )
    return f"{same}; no mandatory rule fails." if report.judged else f"{same}."


def weakening(report: Report) -> int:
    """Return in how many places the change lets pass more than its base."""
    guarded = report.check.guarded
    return sum(change.effect == "weakens" for change in guarded.changes) if guarded is not None else 0


def loses_data(report: Report) -> int:
    """Return how many resources that hold data end, over all stacks."""
    return sum(change.loses_data for stack in report.stacks for change in stack.changes or ())


def _troubles(report: Report) -> Iterator[str]:
    """Yield all that is wrong or has to be confirmed, the worst first."""
    if report.problems:
        unable = any(problem.startswith(UNABLE) for problem in report.problems)
        yield UNABLE if unable else "not everything could be read"
    yield from _of_losses(report)
    if report.check.guarded is not None and report.check.guarded.problems:
        yield f"{report.check.guarded.problems[0].file} can't be used"
    yield from _of_steps(report)
    if weakens := weakening(report):
        yield f"this change weakens its own guard in {plural(weakens, 'place')}"
    yield from _of_findings(report)
    yield from _of_comparison(report)


def _of_losses(report: Report) -> Iterator[str]:
    for loss in losses(report):
        verb = "lost" if loss.done else "would lose"
        yield f"{stack_list(loss.stacks, len(report.stacks))} {verb} {_its(loss.what)}"


def _its(what: str) -> str:
    return f"its {what.removeprefix('the ')}" if what in ("the database", "the credential") else what


def _of_steps(report: Report) -> Iterator[str]:
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    for stack in report.stacks:
        blocking = any(finding.blocks for finding in stack.findings)
        for record in stack.records:
            end = outcome_of(record)
            if end not in GOOD and not (end == "blocked" and blocking):
                ends[record.kind, end].append(stack.stack)
        if stack.missing:
            ends["", ""].append(stack.stack)
    for how, stacks in sorted(ends.items(), key=lambda each: (each[0] not in _ENDS, each[0])):
        yield _ENDS.get(how, "{} left no result").format(stack_list(stacks, len(report.stacks)))


def _of_findings(report: Report) -> Iterator[str]:
    by_rule: dict[str, list[str]] = defaultdict(list)
    for group in merged_groups(report):
        if group.blocks:
            by_rule[group.rule] += [stack for stack in group.stacks if stack not in by_rule[group.rule]]
    order = [stack.stack for stack in report.stacks]
    for rule, found in by_rule.items():
        stacks = [stack for stack in order if stack in found]
        title = paperwork(rule).title.removesuffix(".")
        said = f": {title[:1].lower()}{title[1:]}" if title != rule else ""
        yield f"{rule} fails in {stack_list(stacks, len(order))}{said}"


def _of_comparison(report: Report) -> Iterator[str]:
    comparison = report.check.comparison
    undeclared = [difference for difference in comparison.differences if not difference.declared]
    if undeclared:
        first = undeclared[0]
        odd = odd_stacks(first)
        differs = f"{', '.join(odd)} differs from the other stacks" if len(odd) == 1 else "the stacks differ"
        name = first.resource.rpartition("::")[2]
        more = f" and {plural(len(undeclared) - 1, 'more property')}" if len(undeclared) > 1 else ""
        yield f"{differs} in {first.property} of {name}{more.replace('propertys', 'properties')}"
    if comparison.stale:
        yield "a declared difference is no longer needed"
    if not comparison.match and not undeclared and not comparison.stale:
        yield "the stacks' hashes differ"


def _calm(report: Report) -> str:
    """Return what changes or changed in figures."""
    known = [stack for stack in report.stacks if stack.changes is not None]
    changing = [stack for stack in known if stack.changes]
    if changing:
        return _figures(changing, len(report.stacks))
    if known:
        return "nothing changes"
    return "nothing is wrong" if report.check.stacks else "no stack was checked"


def _figures(stacks: Sequence[StackReport], total: int) -> str:
    """Return how many resources change where: of stacks that change alike once for each."""
    counts = [Counter(change.operation for change in stack.changes or ()) for stack in stacks]
    names = stack_list([stack.stack for stack in stacks], total)
    if len(stacks) > 1 and all(count == counts[0] for count in counts):
        return f"{_words(counts[0])} in each of {len(stacks)} stacks"
    return f"{_words(sum(counts, Counter()))} in {names}"


def _words(counts: Counter[Operation]) -> str:
    return ", ".join(plural(counts[word], word) for word in _OPERATIONS if counts[word])


def _capital(text: str) -> str:
    """Return the sentence with a capital, but where it begins with the name of a stack or a rule."""
    first = text.partition(" ")[0]
    return f"{text[:1].upper()}{text[1:]}" if first in _WORDS else text


_WORDS = ("the", "this", "not", "nothing", "no", "a", "destroying", "all")
