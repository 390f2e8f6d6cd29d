"""What every format says first: each stack in one row of figures, and the verdict in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from program.manifest.canonical import canonical
from program.manifest.differences import Difference, by_project, to_be_alike
from program.manifest.parity import CONFIGURATION
from program.offline.result import CheckResult, StackResult
from program.offline.reviewed_lines import declaration_place
from program.offline.source_lines import property_place
from program.offline.stacks import SETTINGS_RULE
from program.project.definition import split, stack_file
from program.report.content.grouping import WORST_FIRST, Group, Label, grouped, label_of, stack_list
from program.report.content.paperwork import PARITY_RULE, STALE_RULE

_ALONE = "alone"
_SAME = "same"
# Of a stack whose settings can't be used.
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stack in figures; `labels` counts the policies' findings, None where they could not judge."""

    stack: str
    environment: str
    region: str
    problems: int
    resources: int
    labels: Mapping[Label, int] | None
    parity: str

    @property
    def failed(self) -> bool:
        """Tell whether a policy fails the stack or could not decide."""
        return self.labels is not None and any(label in self.labels for label in ("error", "failed", "undecided"))

    @property
    def policies(self) -> str:
        """Return the policies' word on the stack, with counts."""
        if self.labels is None:
            return "not judged"
        # What was accepted is counted once for all stacks, not in each.
        words = [f"{self.labels[label]} {label}" for label in WORST_FIRST if label in self.labels and label != "exempt"]
        return ", ".join(words if self.failed else ["ok", *words])

    @property
    def wrong(self) -> bool:
        """Tell whether anything about the stack makes the check fail."""
        return bool(self.problems) or self.failed or not self.same

    @property
    def same(self) -> bool:
        """Tell whether nothing undeclared sets the stack apart."""
        return self.parity in (_SAME, _ALONE)


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
    def names_environments(self) -> bool:
        """Tell whether a stack's name leaves open which environment it is."""
        return any(row.environment not in (_UNKNOWN, split(row.stack)[1]) for row in self.rows)

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
            odd = odd_stacks(difference)[0]
            settings = next((stack.settings for stack in self.result.stacks if stack.stack == odd), {})
            return settings.get(difference.property, stack_file(odd))
        sources = (
            property_place(resource.source, resource.type, difference.property)
            for stack in self.result.stacks
            for resource in stack.resources
            if f"{resource.type}::{resource.name}" == difference.resource
        )
        return next(sources, None)


def summarise(result: CheckResult, *, judged: bool) -> Summary:
    """Count what was found."""
    differences = result.comparison.differences
    groups = to_be_alike(result.comparison.resources_hash)
    compared = {name: len(group) for group in groups for name in group}
    undeclared = tuple(difference for difference in differences if not difference.declared)
    return Summary(
        result=result,
        judged=judged,
        rows=tuple(_row(stack, undeclared, compared.get(stack.stack, 0)) for stack in result.stacks),
        groups=grouped(result.stacks),
        undeclared=undeclared,
        declared=tuple(said_once([difference for difference in differences if difference.declared])),
    )


def said_once(differences: Sequence[Difference]) -> list[Difference]:
    """Return the differences without the settings that a resource's property has just so: it says the same."""
    of_resources = {_values(each) for each in differences if each.resource != CONFIGURATION}
    return [each for each in differences if each.resource != CONFIGURATION or _values(each) not in of_resources]


def _values(difference: Difference) -> bytes:
    return canonical(dict(difference.values))


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


def stacks_of(result: CheckResult) -> str:
    """Return how many stacks there are, and of how many projects where it is not one."""
    projects = len(by_project(result.comparison.resources_hash))
    of = f" of {projects} projects" if projects > 1 else ""
    return f"{plural(len(result.stacks), 'stack')}{of}"


def _row(stack: StackResult, undeclared: Sequence[Difference], compared: int) -> Row:
    labels = Counter(label_of(finding) for finding in stack.findings if finding.rule != SETTINGS_RULE)
    return Row(
        stack=stack.stack,
        environment=stack.environment or _UNKNOWN,
        region=stack.region or _UNKNOWN,
        problems=sum(finding.rule == SETTINGS_RULE for finding in stack.findings),
        resources=len(stack.resources),
        labels=labels if stack.manifest is not None or labels else None,
        parity=_parity(stack, undeclared, compared),
    )


def _parity(stack: StackResult, undeclared: Sequence[Difference], compared: int) -> str:
    if stack.manifest is None:
        return "no manifest"
    if compared == 1:
        return _ALONE
    odd = sum(stack.stack in odd_stacks(difference) for difference in undeclared)
    return plural(odd, "difference") if odd else _SAME


def _passed(summary: Summary) -> str:
    if not summary.rows:
        return "there are no stacks in this part, so nothing was checked"
    rules = "; no mandatory rule fails" if summary.judged else ""
    if summary.stack_count == 1:
        return f"1 stack checked, with no other to compare it with{rules}"
    declared = f", except for {plural(len(summary.declared), 'declared difference')}" if summary.declared else ""
    return f"{stacks_of(summary.result)} match{declared}{rules}"


def _failures(summary: Summary) -> list[str]:
    """Return why the check failed: the first failure by name, then how many more there are of each kind."""
    first = _first(summary)
    failures = [first] if first else []
    counts = _counts(summary)
    return [*failures, *counts] if len(counts) > 1 or not failures or _more(summary) else failures


def _first(summary: Summary) -> str | None:
    """Return the first failure: its rule, resource, stacks and line."""
    blocking = [group for group in summary.groups if group.blocks]
    if blocking:
        group = blocking[0]
        subject = f"{group.name} in " if group.name else ""
        place = f" ({group.source})" if group.source else ""
        return f"{group.rule}: {subject}{stack_list(group.stacks, summary.stack_count)}{place}"
    if summary.undeclared:
        difference = summary.undeclared[0]
        where = summary.where(difference)
        name = difference.resource.rpartition("::")[2]
        return f"{PARITY_RULE}: {name} {difference.property} differs{f' ({where})' if where else ''}"
    if stale := summary.result.comparison.stale:
        return f"{STALE_RULE}: {stale[0]} ({declaration_place(stale[0])})"
    return None


def _more(summary: Summary) -> bool:
    blocking = sum(group.blocks for group in summary.groups)
    return blocking + len(summary.undeclared) + len(summary.result.comparison.stale) > 1


def _counts(summary: Summary) -> list[str]:
    failures: list[str] = []
    if summary.result.guarded is not None and summary.result.guarded.problems:
        failures.append(plural(len(summary.result.guarded.problems), "problem") + " of reviewed files")
    blocking = [group for group in summary.groups if group.blocks]
    if blocking:
        having = {stack for group in blocking for stack in group.stacks}
        names = [row.stack for row in summary.rows if row.stack in having]
        where = stack_list(names, summary.stack_count)
        failures.append(f"{plural(len(blocking), 'mandatory finding')} ({where})")
    if summary.undeclared:
        failures.append(plural(len(summary.undeclared), "undeclared difference"))
    if stale := summary.result.comparison.stale:
        failures.append(plural(len(stale), "stale declaration"))
    return failures or ["the stacks' hashes differ"]
