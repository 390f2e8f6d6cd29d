"""Put what is found in several stacks together, the worst first: a reader mends it once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from program.offline.result import Finding, StackResult
from program.offline.stacks import SETTINGS_RULE
from program.report.content.paperwork import paperwork

Label = Literal["error", "failed", "undecided", "advice", "exempt"]
WORST_FIRST: Sequence[Label] = ("error", "failed", "undecided", "advice", "exempt")
_SEVEREST_FIRST = ("critical", "high", "medium", "low")
_MOST_NAMES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One finding and all stacks that have it; `resource` is `type::name`, as the stacks share it."""

    rule: str
    label: Label
    blocks: bool
    resource: str | None
    message: str
    source: str | None
    stacks: tuple[str, ...]

    @property
    def name(self) -> str | None:
        """Return the resource's logical name."""
        return self.resource.partition("::")[2] if self.resource else None


def grouped(stacks: Iterable[StackResult]) -> tuple[Group, ...]:
    """Return the findings of all stacks, each once: those that block first, then by severity."""
    found: dict[tuple[Finding, str | None], list[tuple[str, str]]] = defaultdict(list)
    for stack in stacks:
        for finding in stack.findings:
            key = (_anywhere(finding, stack.environment, stack.region), _key(finding.resource))
            found[key].append((stack.stack, finding.message))
    groups = (
        Group(
            rule=finding.rule,
            label=label_of(finding),
            blocks=finding.blocks,
            resource=key,
            # What all say is said in their own words.
            message=said[0][1] if len({message for _, message in said}) == 1 else finding.message,
            source=finding.source,
            stacks=tuple(dict.fromkeys(stack for stack, _ in said)),
        )
        for (finding, key), said in found.items()
    )
    return tuple(sorted(groups, key=_order))


def label_of(finding: Finding) -> Label:
    """Return the one word for a finding: a rule that is only advisory gives advice."""
    if finding.outcome == "exempt":
        return "exempt"
    if finding.outcome in ("failed", "error") and not finding.blocks:
        return "advice"
    return finding.outcome


def by_rule(groups: Iterable[Group]) -> list[tuple[str, Label, list[Group]]]:
    """Return the groups under their rules, in their order."""
    return [(rule, label, list(same)) for (rule, label), same in groupby(groups, lambda each: (each.rule, each.label))]


def by_message(groups: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    """Return the groups of one rule under what it says of them."""
    messages: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        messages[group.message].append(group)
    return list(messages.items())


def by_places(messages: Iterable[tuple[str, list[Group]]]) -> list[tuple[list[str], list[Group]]]:
    """Return what is said of the very same places together, so that they are named once."""
    found: dict[tuple[tuple[str | None, ...], ...], tuple[list[str], list[Group]]] = {}
    for message, groups in messages:
        key = tuple((group.source, group.name, *group.stacks) for group in groups)
        found.setdefault(key, ([], groups))[0].append(message)
    return list(found.values())


def stack_count(stacks: Sequence[str], total: int) -> str:
    """Name a few stacks one by one, and count many: where a name each would fill the screen."""
    if len(stacks) <= _MOST_NAMES:
        return ", ".join(stacks)
    return f"all {total} stacks" if len(stacks) == total else f"{len(stacks)} of {total} stacks"


def stack_list(stacks: Sequence[str], total: int) -> str:
    """Name the stacks: a few one by one, all of many in two words, else the first of them."""
    if len(stacks) == total > _MOST_NAMES:
        return "all stacks"
    if len(stacks) <= _MOST_NAMES:
        return ", ".join(stacks)
    return f"{', '.join(stacks[:_MOST_NAMES])} and {len(stacks) - _MOST_NAMES} more"


def _anywhere(finding: Finding, environment: str | None, region: str | None) -> Finding:
    """Return the finding without its resource's URN, and without what only its stack says of the environment.

    What is wrong with a stack file is of that file, whichever stack tells it.
    """
    own = {} if finding.rule == SETTINGS_RULE else {"environment": environment, "region": region}
    return Finding(
        rule=finding.rule,
        level=finding.level,
        outcome=finding.outcome,
        resource=None,
        message=_neutral(finding.message, own),
        source=finding.source,
    )


def _neutral(message: str, values: Mapping[str, str | None]) -> str:
    """Return the message with `${environment}` for the environment's name where it stands as a whole segment."""
    for word, value in values.items():
        if value:
            message = re.sub(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", f"${{{word}}}", message)
    return message


def _key(urn: str | None) -> str | None:
    """Return `type::name` of a URN: what is left of it without the stack and the parents."""
    if urn is None:
        return None
    _, _, types, name = urn.split("::", 3)
    return f"{types.rpartition('$')[2]}::{name}"


def _order(group: Group) -> tuple[bool, int, int, str, str, str, str]:
    return (
        not group.blocks,
        _SEVEREST_FIRST.index(paperwork(group.rule).severity),
        WORST_FIRST.index(group.label),
        group.rule,
        group.message,
        group.resource or "",
        group.source or "",
    )
