"""What every format says first: each stack in one row of figures, and the verdict in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from program.canonical import canonical
from program.cli.formats.grouping import Group, grouped, label_of, stack_list
from program.parity import CONFIGURATION
from program.result import CheckResult, Difference, StackResult
from program.stackfile import STACKS
from program.stacks import SETTINGS_RULE


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stack in figures; those of the policies are None where they could not judge."""

    stack: str
    environment: str
    region: str
    problems: int
    resources: int
    failed: int | None
    undecided: int | None
    advice: int | None
    exempt: int | None
    parity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The result, and what all formats derive from it; `judged` says that the policies were asked."""

    result: CheckResult
    judged: bool
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    undeclared: tuple[Difference, ...]
    declared: tuple[Difference, ...]

    @property
    def findings(self) -> tuple[Group, ...]:
        """Return all but the exempt, worst first."""
        return tuple(group for group in self.groups if group.label != "exempt")

    @property
    def exempt(self) -> tuple[Group, ...]:
        """Return what was accepted or exempted."""
        return tuple(group for group in self.groups if group.label == "exempt")

    @property
    def verdict(self) -> str:
        """Return `passed` or `failed`."""
        return "passed" if self.result.ok else "failed"

    @property
    def stack_count(self) -> int:
        """Return how many stacks were checked."""
        return len(self.rows)

    def reasons(self) -> str:
        """Return in one sentence why the verdict is what it is."""
        return _passed(self) if self.result.ok else "; ".join(_failures(self))

    def where(self, difference: Difference) -> str | None:
        """Return `file:line` of the resource that differs, or the stack file that sets what differs."""
        if difference.resource == CONFIGURATION:
            return f"{STACKS}/Pulumi.{odd_stacks(difference)[0]}.yaml"
        sources = (
            resource.source
            for stack in self.result.stacks
            for resource in stack.resources
            if f"{resource.type}::{resource.name}" == difference.resource
        )
        return next(sources, None)


def summarise(result: CheckResult, *, judged: bool) -> Summary:
    """Count what was found."""
    differences = result.comparison.differences
    undeclared = tuple(difference for difference in differences if not difference.declared)
    compared = len(result.comparison.resources_hash)
    return Summary(
        result=result,
        judged=judged,
        rows=tuple(_row(stack, undeclared, compared) for stack in result.stacks),
        groups=grouped(result.stacks),
        undeclared=undeclared,
        declared=tuple(difference for difference in differences if difference.declared),
    )


def odd_stacks(difference: Difference) -> tuple[str, ...]:
    """Return the stacks that are not like most; all of them where no value has a majority."""
    values = {stack: canonical(value) for stack, value in difference.values.items()}
    (most, count), *_ = Counter(values.values()).most_common(1)
    if count * 2 <= len(values):
        return tuple(values)
    return tuple(stack for stack, value in values.items() if value != most)


def plural(count: int, noun: str) -> str:
    """Return `1 stack`, `2 stacks`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _row(stack: StackResult, undeclared: Sequence[Difference], compared: int) -> Row:
    labels = Counter(label_of(finding) for finding in stack.findings if finding.rule != SETTINGS_RULE)
    judged = stack.manifest is not None or bool(labels)
    return Row(
        stack=stack.stack,
        environment=stack.environment or "?",
        region=stack.region or "?",
        problems=sum(finding.rule == SETTINGS_RULE for finding in stack.findings),
        resources=len(stack.resources),
        failed=labels["failed"] + labels["error"] if judged else None,
        undecided=labels["undecided"] if judged else None,
        advice=labels["advice"] if judged else None,
        exempt=labels["exempt"] if judged else None,
        parity=_parity(stack, undeclared, compared),
    )


def _parity(stack: StackResult, undeclared: Sequence[Difference], compared: int) -> str:
    if stack.manifest is None:
        return "no manifest"
    if compared == 1:
        return "alone"
    odd = sum(stack.stack in odd_stacks(difference) for difference in undeclared)
    return plural(odd, "difference") if odd else "same"


def _passed(summary: Summary) -> str:
    if not summary.rows:
        return "no stack was to be checked"
    stacks = plural(summary.stack_count, "stack")
    rules = f"{'keeps' if summary.stack_count == 1 else 'keep'} every mandatory rule"
    if summary.stack_count == 1:
        return f"{stacks} {rules if summary.judged else 'has a manifest'}; there was nothing to compare it with"
    same = "the same"
    if summary.declared:
        same += f" but for {plural(len(summary.declared), 'declared difference')}"
    return f"{stacks} {rules + ' and are' if summary.judged else 'are'} {same}"


def _failures(summary: Summary) -> list[str]:
    failures: list[str] = []
    blocking = [group for group in summary.groups if group.blocks]
    if blocking:
        names = sorted({stack for group in blocking for stack in group.stacks})
        where = stack_list(names, summary.stack_count)
        failures.append(f"{plural(len(blocking), 'mandatory finding')} ({where})")
    if summary.undeclared:
        failures.append(plural(len(summary.undeclared), "undeclared difference"))
    if stale := summary.result.comparison.stale:
        failures.append(plural(len(stale), "stale declaration"))
    return failures or ["the stacks' hashes differ"]
