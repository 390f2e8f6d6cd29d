"""What every format says in the same words: a finding's remedy, its resource, the counts, the verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.catalogue import RULES
from program.canonical import JsonValue
from program.examination import PROGRAM_RULE, RETAIN_RULE
from program.result import CheckResult, Comparison, Difference, Finding, StackResult
from program.stacks import SETTINGS_RULE

ABSENT = "-"
_LONGEST_VALUE = 40
# The tail of a hash or digest tells as much as its whole.
_FIRST_OF_LONG = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Paperwork:
    """What is said of a rule beside its message."""

    title: str
    why: str
    fix: str


# Rules that are no policies: they judge what the pack is not told.
_OURS = {
    SETTINGS_RULE: Paperwork(
        title="A stack file asks for what its environment allows.",
        why="A wrong setting is cheapest to mend before any resource exists.",
        fix="Correct the stack file, or change policies/environments.yaml in a reviewed change.",
    ),
    PROGRAM_RULE: Paperwork(
        title="The program runs for every stack.",
        why="A stack whose program stops can be neither judged nor compared.",
        fix="Mend the program where it stopped.",
    ),
    RETAIN_RULE: Paperwork(
        title="Nothing outlives the stack that made it.",
        why="A retained resource blocks the next deployment of its name.",
        fix="Remove retain_on_delete from the resource's options.",
    ),
}
_PAPERWORK = _OURS | {rule.id: Paperwork(title=rule.title, why=rule.why, fix=rule.fix) for rule in RULES}
_RANK = {"mandatory": 0, "advisory": 1}
_OUTCOME_RANK = {"error": 0, "failed": 1, "undecided": 2, "exempt": 3}


def paperwork(rule: str) -> Paperwork:
    """Return the paperwork of a rule."""
    return _PAPERWORK[rule]


def resource_name(finding: Finding) -> str:
    """Return the logical name of the finding's resource, or `the stack`."""
    return finding.resource.rsplit("::", 1)[-1] if finding.resource else "the stack"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those that block first."""
    return sorted(
        findings,
        key=lambda f: (not f.blocks, _RANK[f.level], _OUTCOME_RANK[f.outcome], f.rule, f.resource or "", f.message),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One finding, and every stack that has it."""

    finding: Finding
    stacks: tuple[str, ...]


def by_finding(stacks: Sequence[StackResult]) -> list[Shared]:
    """Return each different finding once, with its stacks: stacks are alike, and so is what is wrong with them."""
    seen: dict[tuple[str, ...], list[tuple[str, Finding]]] = {}
    for stack in stacks:
        for finding in stack.findings:
            key = (finding.rule, finding.level, finding.outcome, resource_name(finding), finding.message)
            seen.setdefault((*key, finding.source or ""), []).append((stack.stack, finding))
    first = {id(items[0][1]): tuple(dict.fromkeys(name for name, _ in items)) for items in seen.values()}
    ordered = worst_first(items[0][1] for items in seen.values())
    return [Shared(finding=finding, stacks=first[id(finding)]) for finding in ordered]


def undeclared(comparison: Comparison) -> list[Difference]:
    """Return the differences that are errors."""
    return [difference for difference in comparison.differences if not difference.declared]


def resource_key(difference: Difference) -> str:
    """Return the logical name of a difference's resource, which no two resources of the program share."""
    return difference.resource.rpartition("::")[2]


def value(found: JsonValue) -> str:
    """Return a property's value on one line, cut in the middle where it is long."""
    if found is None:
        return ABSENT
    shown = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True)
    shown = " ".join(shown.split())
    if len(shown) <= _LONGEST_VALUE:
        return shown
    return f"{shown[:_FIRST_OF_LONG]}...{shown[-(_LONGEST_VALUE - _FIRST_OF_LONG - 3) :]}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return `1 stack`, `2 stacks`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def settings_word(stack: StackResult) -> str:
    """Say how a stack's settings are."""
    wrong = sum(finding.rule == SETTINGS_RULE for finding in stack.findings)
    return count(wrong, "problem") if wrong else "ok"


def policies_word(stack: StackResult) -> str:
    """Say how a stack's resources are by the policies."""
    if stack.manifest is None:
        return "not judged"
    judged = [finding for finding in stack.findings if finding.rule != SETTINGS_RULE]
    parts = [count(sum(finding.blocks for finding in judged), "violation")] if any(f.blocks for f in judged) else ["ok"]
    advisory = sum(finding.level == "advisory" and finding.outcome in ("failed", "error") for finding in judged)
    undecided = sum(finding.outcome == "undecided" for finding in judged)
    excused = sum(finding.outcome == "exempt" for finding in judged)
    parts += [f"{advisory} advisory"] * bool(advisory)
    parts += [f"{undecided} undecided"] * bool(undecided)
    parts += [f"{excused} accepted"] * bool(excused)
    return ", ".join(parts)


def parity_word(stack: StackResult, comparison: Comparison) -> str:
    """Say whether a stack is like the others."""
    if stack.manifest is None:
        return "not compared"
    if len(comparison.resources_hash) == 1:
        return "alone"
    if comparison.match:
        return "equal"
    odd = sum(stack.stack in odd_ones(difference) for difference in undeclared(comparison))
    return count(odd, "difference") if odd else "see below"


def odd_ones(difference: Difference) -> list[str]:
    """Return the stacks whose value is not the most frequent one; all of them where none is."""
    shown = {stack: json.dumps(found, sort_keys=True) for stack, found in difference.values.items()}
    often = {text: sum(other == text for other in shown.values()) for text in shown.values()}
    most = max(often.values())
    usual = {text for text, times in often.items() if times == most}
    return [stack for stack, text in shown.items() if len(usual) > 1 or text not in usual]


def verdict(result: CheckResult) -> str:
    """Say in one line how it all is."""
    stacks = count(len(result.stacks), "stack")
    if result.ok:
        declared = sum(difference.declared for difference in result.comparison.differences)
        same = "the same" if len(result.stacks) > 1 else "clean"
        tail = f" but for {count(declared, 'declared difference')}" if declared else ""
        return f"{stacks}, {same}{tail}: ok"
    blocking = sum(finding.blocks for stack in result.stacks for finding in stack.findings)
    parts = [count(blocking, "finding that blocks", "findings that block")] * bool(blocking)
    wrong = len(undeclared(result.comparison))
    parts += [count(wrong, "undeclared difference")] * bool(wrong)
    parts += [count(len(result.comparison.stale), "stale declaration")] * bool(result.comparison.stale)
    return f"{stacks}: {', '.join(parts) or 'the hashes differ'}"
