"""What the rules found, in the check and in the records: each once, with its places and its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from program.report.content.grouping import Group, by_message, by_rule, stack_list
from program.report.content.links import Links
from program.report.content.paperwork import paperwork, remedy
from program.report.content.summary import plural
from program.report.markdown.fitting import Section, folded
from program.report.markdown.linked import linked_place, linked_rule
from program.report.markdown.words import name, sentence

_MOST_PLACES = 10
_SAID = ("undecided", "error")


def mandatory_section(
    groups: Sequence[Group], total: int, links: Links | None = None, *, fixes: bool = True
) -> Section:
    """Return the findings that block; `fixes` says that what to do is to change the code."""
    chosen = [group for group in groups if group.blocks]
    items = tuple(_rules(chosen, total, links, fixes=fixes))
    title = f"{plural(len(items), 'finding')} {'to fix' if fixes else 'on what is live'}"
    return Section(noun="finding", opening=f"#### {title}\n\n", items=items)


def advisory_section(groups: Sequence[Group], total: int, links: Links | None = None, *, fixes: bool = True) -> Section:
    """Return the findings that block nothing, folded."""
    chosen = [group for group in groups if not group.blocks and group.label != "exempt"]
    items = tuple(_rules(chosen, total, links, fixes=fixes))
    return folded("advisory finding", plural(len(items), "advisory finding"), items)


def _rules(groups: Sequence[Group], total: int, links: Links | None, *, fixes: bool) -> Iterator[str]:
    """Yield one item for each rule: its title and severity, what it found where, and its remedy."""
    for rule, label, of_rule in by_rule(groups):
        about = paperwork(rule)
        word = f" {label}" if label in _SAID else ""
        title = f" · {sentence(about.title)}" if about.title != rule else ""
        lines = [f"- **{linked_rule(rule, links)}**{word} · {about.severity}{title}"]
        for message, places in by_message(of_rule):
            lines.append(f"  - {sentence(message)}")
            lines += [f"    - {place(group, total, links)}" for group in places[:_MOST_PLACES]]
            if len(places) > _MOST_PLACES:
                lines.append(f"    - and {plural(len(places) - _MOST_PLACES, 'more place')}")
        fix = remedy(rule, label)
        yield "\n".join([*lines, *([f"  - **Fix:** {sentence(fix)}"] if fix and fixes else [])])


def place(group: Group, total: int, links: Links | None = None) -> str:
    """Return where a finding is: the resource, the stacks, the line."""
    resource = f"{name(group.name)} in " if group.name else ""
    source = f" · {linked_place(group.source, links)}" if group.source else ""
    return f"{resource}{sentence(stack_list(group.stacks, total))}{source}"
