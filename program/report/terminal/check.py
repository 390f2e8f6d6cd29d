"""A person's report: the stacks in a table, what is wrong and how to mend it, and the verdict last."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from program.report.content.grouping import Group, Label, by_message, by_rule, excuse_and_fault, stack_list
from program.report.content.paperwork import STALE_RULE, paperwork, remedy
from program.report.content.summary import Row, Summary, plural
from program.report.content.values import printable
from program.report.terminal.console import console_of_text, tidy
from program.report.terminal.differences import show_declared, show_undeclared
from program.report.terminal.guard import show_guarded

_GOOD = "green"
_BAD = "bold red"
_STYLES: dict[Label, str] = {
    "error": _BAD,
    "failed": _BAD,
    "undecided": "bold yellow",
    "advice": "yellow",
    "exempt": "cyan",
}


def render(summary: Summary) -> str:
    """Return the report."""
    console = console_of_text()
    with console.capture() as capture:
        show_guarded(console, summary.result.guarded, summary.stack_count)
        console.print(_stacks(summary))
        _findings(console, [group for group in summary.findings if group.blocks], summary.stack_count)
        show_undeclared(console, summary)
        _stale(console, summary.result.comparison.stale)
        _findings(console, [group for group in summary.findings if not group.blocks], summary.stack_count)
        _exempt(console, summary)
        show_declared(console, summary)
        _verdict(console, summary)
    return tidy(capture.get())


def _stacks(summary: Summary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    environment = ["Environment"] if summary.names_environments else []
    policies = ["Policies"] if summary.judged else []
    for heading in ("Stack", *environment, "Region", "Resources", "Settings", *policies, "Parity"):
        table.add_column(heading, justify="right" if heading == "Resources" else "left")
    for row in summary.rows:
        settings = Text(plural(row.problems, "problem"), _BAD) if row.problems else Text("ok", _GOOD)
        table.add_row(
            row.stack,
            *([row.environment] if environment else []),
            row.region,
            str(row.resources),
            settings,
            *([_policies(row)] if policies else []),
            Text(row.parity, _GOOD if row.same else _BAD),
        )
    return table


def _policies(row: Row) -> Text:
    return Text(row.policies, "dim" if row.labels is None else _BAD if row.failed else _GOOD)


def _findings(console: Console, findings: Sequence[Group], total: int) -> None:
    for rule, label, groups in by_rule(findings):
        title = f"  {paperwork(rule).title}"
        console.print(Text.assemble((label.upper(), _STYLES[label]), " ", (rule, "bold"), title))
        for message, places in by_message(groups):
            console.print(Padding(Text(printable(message)), (0, 0, 0, 2)))
            console.print(Padding(_places(places, total), (0, 0, 0, 4)))
        _fix(console, remedy(rule, label))


def _places(groups: Sequence[Group], total: int) -> Table:
    grid = Table.grid(padding=(0, 2))
    for group in groups:
        cells = (group.source, group.name, f"({stack_list(group.stacks, total)})")
        styles = ("cyan", "bold", "")
        grid.add_row(*(Text(cell, style) for cell, style in zip(cells, styles, strict=True) if cell))
    return grid


def _fix(console: Console, fix: str) -> None:
    if fix:
        console.print(Padding(Text.assemble(("fix: ", "green"), fix), (0, 0, 0, 2)))
    console.print()


def _stale(console: Console, stale: Sequence[str]) -> None:
    if not stale:
        return
    about = paperwork(STALE_RULE)
    console.print(Text.assemble(("FAILED", _BAD), " ", (STALE_RULE, "bold"), f"  {about.title}"))
    for declaration in stale:
        console.print(Padding(Text(declaration), (0, 0, 0, 2)))
    _fix(console, about.fix)


def _exempt(console: Console, summary: Summary) -> None:
    if not summary.exempt:
        return
    console.print(Text(plural(len(summary.exempt), "accepted deviation"), "bold"))
    for rule, _, groups in by_rule(summary.exempt):
        for message, places in by_message(groups):
            names = ", ".join(dict.fromkeys(group.name for group in places if group.name))
            stacks = sorted({stack for group in places for stack in group.stacks})
            excuse, fault = excuse_and_fault(printable(message))
            subject = f"  {names} ({stack_list(stacks, summary.stack_count)})"
            console.print(Padding(Text.assemble((rule, "bold"), subject), (0, 0, 0, 2)))
            console.print(Padding(Text(fault), (0, 0, 0, 4)))
            console.print(Padding(Text(excuse, "dim"), (0, 0, 0, 4)))
    console.print()


def _verdict(console: Console, summary: Summary) -> None:
    if any(stack.manifest is not None for stack in summary.result.stacks):
        console.print(
            Text("Checked offline: what AWS would answer (ids, ARNs, endpoints) is simulated.", "dim"),
        )
    style = "bold green" if summary.result.ok else _BAD
    console.print(Text.assemble((summary.verdict.upper(), style), f"  {summary.reasons()}."))
