"""What the rules found, in the check and in the records: each once, with its places and its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from program.offline.result import excuse_and_fault
from program.report.content.grouping import Group, by_message, by_rule, stack_list
from program.report.content.paperwork import paperwork, remedy
from program.report.content.summary import plural
from program.report.markdown.fitting import Section, folded
from program.report.markdown.words import name, sentence

_MOST_PLACES = 10
_SAID = ("undecided", "error")


def mandatory_section(groups: Sequence[Group], total: int) -> Section:
    """Return the findings that block."""
    items = tuple(_rules([group for group in groups if group.blocks], total))
    return Section(noun="mandatory finding", opening="#### Mandatory findings\n\n", items=items)


def advisory_section(groups: Sequence[Group], total: int) -> Section:
    """Return the findings that block nothing, folded."""
    chosen = [group for group in groups if not group.blocks and group.label != "exempt"]
    return folded("advisory finding", plural(len(chosen), "advisory finding"), tuple(_rules(chosen, total)))


def accepted_section(groups: Sequence[Group], total: int) -> Section:
    """Return what was accepted, each with its reason, folded."""
    chosen = [group for group in groups if group.label == "exempt"]
    items: list[str] = []
    for group in chosen:
        excuse, fault = excuse_and_fault(group.message)
        reason = f" *{sentence(excuse)}*" if excuse else ""
        items.append(f"- **{name(group.rule)}** {place(group, total)}: {sentence(fault)}.{reason}")
    return folded("accepted deviation", plural(len(chosen), "accepted deviation"), items)


def place(group: Group, total: int) -> str:
    """Return where a finding is: the resource, the stacks, the line."""
    resource = f"{name(group.name)} in " if group.name else ""
    source = f" ({name(group.source)})" if group.source else ""
    return f"{resource}{sentence(stack_list(group.stacks, total))}{source}"


def _rules(groups: Sequence[Group], total: int) -> Iterator[str]:
    """Return one item for what a rule says in the same words, its title and remedy with it."""
    for rule, label, of_rule in by_rule(groups):
        word = f" {label}" if label in _SAID else ""
        fix = remedy(rule, label)
        for message, places in by_message(of_rule):
            lines = [f"- **{name(rule)}**{word}: {sentence(paperwork(rule).title)}"]
            lines.append(f"  - {sentence(message)}")
            lines += [f"  - {place(group, total)}" for group in places[:_MOST_PLACES]]
            if len(places) > _MOST_PLACES:
                lines.append(f"  - and {plural(len(places) - _MOST_PLACES, 'more place')}")
            yield "\n".join([*lines, *([f"  - **Fix:** {sentence(fix)}"] if fix else [])])
