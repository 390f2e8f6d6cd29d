"""A person's report: the stacks in a table, what is wrong and how to mend it, and the verdict last."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from program.cli.formats.differences import show_differences
from program.cli.formats.grouping import Group, Label, by_message, by_rule, stack_list
from program.cli.formats.paperwork import STALE_RULE, paperwork
from program.cli.formats.summary import Row, Summary, plural
from program.cli.formats.values import ABSENT, printable

WIDTH = 100
_STYLES: dict[Label, str] = {
    "error": "bold red",
    "failed": "bold red",
    "undecided": "bold yellow",
    "advice": "yellow",
    "exempt": "cyan",
}


def render(summary: Summary) -> str:
    """Return the report, with colours and the window's width on a terminal, else plain and 100 wide."""
    terminal = sys.stdout.isatty()
    console = Console(
        file=io.StringIO(),
        force_terminal=terminal,
        width=None if terminal else WIDTH,
        highlight=False,
        emoji=False,
        markup=False,
    )
    with console.capture() as capture:
        console.print(_stacks(summary))
        _findings(console, summary)
        show_differences(console, summary)
        _stale(console, summary.result.comparison.stale)
        _exempt(console, summary)
        _verdict(console, summary)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().strip("\n").splitlines())


def _stacks(summary: Summary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in ("Stack", "Environment", "Region", "Settings"):
        table.add_column(heading)
    table.add_column("Resources", justify="right")
    if summary.judged:
        for heading in ("Failed", "Undecided", "Advice", "Exempt"):
            table.add_column(heading, justify="right")
    table.add_column("Parity")
    for row in summary.rows:
        figures = _figures(row) if summary.judged else []
        settings = Text("ok", "green") if not row.problems else Text(plural(row.problems, "problem"), "bold red")
        parity = Text(row.parity, "green" if row.parity == "same" else "" if row.parity == "alone" else "bold red")
        table.add_row(row.stack, row.environment, row.region, settings, str(row.resources), *figures, parity)
    return table


def _figures(row: Row) -> list[Text]:
    styled: Sequence[tuple[int | None, Label]] = (
        (row.failed, "failed"),
        (row.undecided, "undecided"),
        (row.advice, "advice"),
        (row.exempt, "exempt"),
    )
    return [
        Text(ABSENT if count is None else str(count), _STYLES[label] if count else "dim") for count, label in styled
    ]


def _findings(console: Console, summary: Summary) -> None:
    for rule, label, groups in by_rule(summary.findings):
        about = paperwork(rule)
        console.print(Text.assemble((label.upper(), _STYLES[label]), " ", (rule, "bold"), f"  {about.title}"))
        for message, places in by_message(groups):
            console.print(Padding(Text(printable(message)), (0, 0, 0, 2)))
            console.print(Padding(_places(places, summary.stack_count), (0, 0, 0, 4)))
        if about.fix:
            console.print(Padding(Text.assemble(("fix: ", "green"), about.fix), (0, 0, 0, 2)))
        console.print()


def _places(groups: Sequence[Group], total: int) -> Table:
    grid = Table.grid(padding=(0, 2))
    for group in groups:
        stacks = stack_list(group.stacks, total)
        cells = [Text(cell) for cell in (group.name, stacks) if cell]
        grid.add_row(Text(group.source or "", "cyan"), *cells)
    return grid


def _stale(console: Console, stale: Sequence[str]) -> None:
    if not stale:
        return
    about = paperwork(STALE_RULE)
    console.print(Text.assemble(("FAILED", "bold red"), " ", (STALE_RULE, "bold"), f"  {about.title}"))
    for declaration in stale:
        console.print(Padding(Text(declaration), (0, 0, 0, 2)))
    console.print(Padding(Text.assemble(("fix: ", "green"), about.fix), (0, 0, 0, 2)))
    console.print()


def _exempt(console: Console, summary: Summary) -> None:
    if not summary.exempt:
        return
    console.print(Text(plural(len(summary.exempt), "accepted deviation"), "bold"))
    for group in summary.exempt:
        subject = f"{group.name} in " if group.name else ""
        console.print(
            Padding(
                Text.assemble(
                    (group.rule, "cyan"),
                    f"  {subject}{stack_list(group.stacks, summary.stack_count)}: {printable(group.message)}",
                ),
                (0, 0, 0, 2),
            )
        )
    console.print()


def _verdict(console: Console, summary: Summary) -> None:
    if any(stack.manifest is not None for stack in summary.result.stacks):
        console.print(
            Text("Checked offline: what AWS would answer (ids, ARNs, endpoints) is simulated.", "dim"),
        )
    style = "bold green" if summary.result.ok else "bold red"
    console.print(Text.assemble((summary.verdict.upper(), style), f"  {summary.reasons()}."))
