"""Differences for a person: a column for each stack while they fit, else the stacks that share a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from program.manifest.canonical import JsonValue
from program.manifest.differences import Difference
from program.offline.result import CheckResult
from program.report.content.declaring import declaring_lines
from program.report.content.grouping import stack_list
from program.report.content.paperwork import LIMITS, PARITY_RULE, paperwork
from program.report.content.summary import Summary, odd_stacks, plural, summarise
from program.report.content.values import by_value, side_by_side, spoken, with_unit
from program.report.terminal.console import console_of_text, tidy

MOST_COLUMNS = 5
_UNDECLARED_ROOM = 120
_DECLARED_ROOM = 48


def show_undeclared(console: Console, summary: Summary) -> None:
    """Print the differences that nobody declared, each with its place, and what to do."""
    if summary.undeclared:
        about = paperwork(PARITY_RULE)
        console.print(Text.assemble(("FAILED", "bold red"), " ", (PARITY_RULE, "bold"), f"  {about.title}"))
        console.print(Padding(_table(summary, summary.undeclared, _UNDECLARED_ROOM, places=True), (0, 0, 0, 2)))
        console.print(Padding(Text.assemble(("fix: ", "green"), about.fix), (0, 0, 0, 2)))
        for line in declaring_lines(summary.undeclared):
            console.print(Text(f"    {line}"), soft_wrap=True)
        console.print()


def show_declared(console: Console, summary: Summary) -> None:
    """Print the differences that are meant."""
    if summary.declared:
        count = plural(len(summary.declared), "declared difference")
        console.print(Text.assemble((count, "bold"), (f"  {LIMITS} gives each its reason", "dim")))
        console.print(Padding(_table(summary, summary.declared, _DECLARED_ROOM, places=False), (0, 0, 0, 2)))
        console.print()


def render_pair(result: CheckResult, pair: tuple[str, str]) -> str:
    """Return the two stacks side by side: what is declared, what is not, and how many there are of each."""
    summary = summarise(result, judged=False)
    console = console_of_text()
    with console.capture() as capture:
        show_declared(console, summary)
        show_undeclared(console, summary)
        console.print(Text(_of_pair(summary, pair)))
    return tidy(capture.get())


def _of_pair(summary: Summary, pair: tuple[str, str]) -> str:
    names = " and ".join(pair)
    counts = [
        plural(len(found), f"{word} difference")
        for found, word in ((summary.declared, "declared"), (summary.undeclared, "undeclared"))
        if found
    ]
    return f"{names}: {', '.join(counts)}." if counts else f"{names} are equal in every property."


def _table(summary: Summary, differences: Sequence[Difference], room: int, *, places: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    stacks = list(differences[0].values)
    wide = len(stacks) <= MOST_COLUMNS
    table.add_column("Resource and property", overflow="fold")
    for heading in stacks if wide else ("Value", "Stacks"):
        table.add_column(heading, overflow="fold")
    for difference in differences:
        subject = _subject(difference, summary.where(difference) if places else None)
        longest = room // (len(stacks) if wide else 2)
        if wide:
            odd = odd_stacks(difference) if places else ()
            texts = side_by_side(_told(difference), longest)
            table.add_row(subject, *(Text(texts[stack], "red" if stack in odd else "") for stack in stacks))
            continue
        for value, names in by_value(_told(difference), longest):
            table.add_row(subject, Text(value), Text(stack_list(names, len(stacks))))
            subject = Text()
    return table


def _told(difference: Difference) -> Mapping[str, JsonValue]:
    """Return the values as a reader knows them: words in place of markers, bytes in MiB too."""
    subject = f"{difference.resource} {difference.property}"
    return {stack: with_unit(subject, spoken(value)) for stack, value in difference.values.items()}


def _subject(difference: Difference, place: str | None) -> Text:
    name = difference.resource.rpartition("::")[2]
    subject = Text.assemble(name, " ", (difference.property, "bold"))
    return subject if place is None else subject.append(f"\n{place}", "cyan")
