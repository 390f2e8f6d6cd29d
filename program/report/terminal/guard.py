"""What a change does to its guard and to what is declared, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from program.offline.guard.change import GuardChange
from program.offline.guard.declared import DeclaredChange
from program.offline.guard.result import Guarded
from program.report.content.grouping import stack_list
from program.report.content.summary import plural
from program.report.content.values import printable, side_by_side, spoken

_BAD = "bold red"
_COMMIT = 10
_LONGEST_VALUE = 60
_MOST_DECLARED = 40


def show_guarded(console: Console, guarded: Guarded | None, total: int) -> None:
    """Print what the change does to the guard first, then what it does to what is declared."""
    if guarded is None:
        return
    if guarded.note:
        console.print(Text(printable(guarded.note), "yellow"))
        console.print()
    for problem in guarded.problems:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        console.print(Text.assemble(("FAILED", _BAD), " ", (place, "cyan"), f"  {printable(problem.message)}"))
    _changes(console, guarded)
    _declared(console, guarded.declared, total)


def _changes(console: Console, guarded: Guarded) -> None:
    base = guarded.base[:_COMMIT]
    if guarded.weakens:
        title = f"{plural(len(guarded.weakens), 'change')} of the guard  judged by {base}, which has them not yet"
        console.print(Text(title, "bold yellow"))
        for change in guarded.weakens:
            console.print(Padding(_line(change), (0, 0, 0, 2)))
            for text in change.fails:
                console.print(Padding(Text(f"on the base this would fail: {printable(text)}", "dim"), (0, 0, 0, 4)))
    else:
        console.print(Text(f"The guard is as on the base ({base}), or narrower.", "dim"))
    if narrower := [change for change in guarded.changes if change.effect == "narrows"]:
        console.print(Text(f"Narrower: {'; '.join(printable(change.text) for change in narrower)}", "dim"))
    console.print()


def _line(change: GuardChange) -> Text:
    place = f"{change.file}:{change.line}" if change.line else change.file
    style = _BAD if change.effect == "weakens" else "bold"
    return Text.assemble((change.kind, style), "  ", (place, "cyan"), f"  {printable(change.text)}")


def _declared(console: Console, changes: Sequence[DeclaredChange], total: int) -> None:
    if not changes:
        return
    console.print(Text(f"{plural(len(changes), 'change')} of what is declared", "bold"))
    for change in changes[:_MOST_DECLARED]:
        texts = side_by_side({"before": spoken(change.before), "after": spoken(change.after)}, _LONGEST_VALUE)
        name = change.resource.rpartition("::")[2]
        where = stack_list(change.stacks, total)
        line = Text.assemble(
            name, " ", (change.property, "bold"), f"  {texts['before']} -> {texts['after']}", (f"  ({where})", "dim")
        )
        console.print(Padding(line, (0, 0, 0, 2)))
    if len(changes) > _MOST_DECLARED:
        console.print(Padding(Text(f"and {len(changes) - _MOST_DECLARED} more"), (0, 0, 0, 2)))
    console.print()
