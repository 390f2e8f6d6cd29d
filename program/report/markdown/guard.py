"""What a change does to its guard and to what is declared, for a reviewer."""

from __future__ import annotations

from program.offline.guard.change import GuardChange
from program.offline.guard.declared import DeclaredChange
from program.offline.guard.result import Guarded
from program.offline.guard.reviewed import ReviewedProblem
from program.report.content.grouping import stack_list
from program.report.content.links import Links
from program.report.content.summary import plural
from program.report.content.values import ABSENT, side_by_side, spoken
from program.report.markdown.fitting import Section, folded
from program.report.markdown.linked import linked_place
from program.report.markdown.markup import escaped, table
from program.report.markdown.words import clipped, html, name, sentence, table_row

_COMMIT = 10
_LONGEST_VALUE = 80
_DECLARED_HEADER = ("Resource", "Property", "Before", "After", "Stacks")


def guard_sections(guarded: Guarded | None, links: Links | None) -> list[Section]:
    """Return what the change does to its guard, what weakens it first."""
    if guarded is None:
        return []
    return [_notes(guarded), _problems(guarded, links), _weakening(guarded, links), _narrowing(guarded)]


def declared_section(guarded: Guarded | None, total: int) -> Section:
    """Return what the change declares otherwise than its base, folded."""
    declared = guarded.declared if guarded is not None else ()
    rows = tuple(table_row(_cells(change, total)) for change in declared)
    title = f"{plural(len(rows), 'change')} of what the stacks declare"
    return folded("declared change", html(title), rows, opening=f"{table(_DECLARED_HEADER, [])}\n")


def _notes(guarded: Guarded) -> Section:
    items = (f"⚠️ {sentence(guarded.note)}",) if guarded.note else ()
    return Section(noun="note", items=items)


def _problems(guarded: Guarded, links: Links | None) -> Section:
    return Section(
        noun="problem of a reviewed file",
        opening="#### Reviewed files that can't be used\n\n",
        items=tuple(f"- {_place(problem, links)}: {sentence(problem.message)}" for problem in guarded.problems),
    )


def _weakening(guarded: Guarded, links: Links | None) -> Section:
    base = name(guarded.base[:_COMMIT])
    return Section(
        noun="change of the guard",
        opening=f"#### What it does to its guard\n\nJudged by the guard of {base}, which has none of this yet.\n\n",
        items=tuple(_change(change, links) for change in guarded.weakens),
        closing="\n\n**Decide:** the guard's owners (CODEOWNERS) approve this, or it becomes a change of its own.",
    )


def _narrowing(guarded: Guarded) -> Section:
    narrower = [change for change in guarded.changes if change.effect == "narrows"]
    texts = "; ".join(sentence(change.text) for change in narrower)
    return Section(noun="note", items=(f"*The guard lets less pass than before: {texts}.*",) if narrower else ())


def _change(change: GuardChange, links: Links | None) -> str:
    mark = "**" if change.effect == "weakens" else ""
    lines = [f"- {mark}{escaped(change.kind)}{mark} {_place(change, links)}: {sentence(change.text)}"]
    lines += [f"  - On the base this would fail: {sentence(text)}" for text in change.fails]
    return "\n".join(lines)


def _place(at: GuardChange | ReviewedProblem, links: Links | None) -> str:
    return linked_place(f"{at.file}:{at.line}" if at.line else at.file, links)


def _cells(change: DeclaredChange, total: int) -> list[str]:
    texts = side_by_side({"before": spoken(change.before), "after": spoken(change.after)}, _LONGEST_VALUE)
    values = [ABSENT if texts[side] == ABSENT else name(texts[side]) for side in ("before", "after")]
    resource = change.resource.rpartition("::")[2]
    return [name(resource), name(change.property), *values, html(clipped(stack_list(change.stacks, total), 200))]
