"""A person's report: the stacks in a table, what is wrong and how to fix it, and right below that the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from program.offline.reviewed_lines import declaration_place
from program.report.check_formats import Detail
from program.report.content.grouping import Group, Label, by_message, by_places, by_rule, stack_list
from program.report.content.paperwork import LIMITS, STALE_RULE, paperwork, remedy
from program.report.content.summary import Row, Summary, plural
from program.report.content.values import printable
from program.report.terminal.accepted import show_accepted
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
# More rows than these are worth reading only where something is wrong.
_MOST_ROWS = 8


def render(summary: Summary, detail: Detail = "normal") -> str:
    """Return the report; quiet is findings and the verdict alone, verbose lists what is declared and accepted too."""
    console = console_of_text()
    with console.capture() as capture:
        show_guarded(console, summary.result.guarded, summary.stack_count)
        if detail != "quiet" and summary.rows:
            _stacks(console, summary)
        if detail == "verbose":
            show_accepted(console, summary)
            show_declared(console, summary)
        _findings(console, [group for group in summary.findings if not group.blocks], summary.stack_count)
        if detail == "normal":
            _paperwork(console, summary)
        _findings(console, [group for group in summary.findings if group.blocks], summary.stack_count)
        show_undeclared(console, summary)
        _stale(console, summary.result.comparison.stale)
        _verdict(console, summary)
    return tidy(capture.get())


def _stacks(console: Console, summary: Summary) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    environment = ["Environment"] if summary.names_environments else []
    policies = ["Policies"] if summary.judged else []
    for heading in ("Stack", *environment, "Region", "Resources", "Settings", *policies, "Parity"):
        table.add_column(heading, justify="right" if heading == "Resources" else "left")
    shown = summary.rows if summary.stack_count <= _MOST_ROWS else [row for row in summary.rows if row.wrong]
    for row in shown[:_MOST_ROWS]:
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
    if shown:
        console.print(table)
    _rest(console, len(shown[_MOST_ROWS:]), summary.stack_count - len(shown))


def _rest(console: Console, wrong: int, fine: int) -> None:
    if wrong:
        console.print(Text(f"and {plural(wrong, 'more stack')} with findings or differences", _BAD))
    if fine:
        console.print(Text(f"{plural(fine, 'stack')} with nothing to report", _GOOD))


def _policies(row: Row) -> Text:
    return Text(row.policies, "dim" if row.labels is None else _BAD if row.failed else _GOOD)


def _findings(console: Console, findings: Sequence[Group], total: int) -> None:
    for rule, label, groups in by_rule(findings):
        about = paperwork(rule)
        console.print(
            Text.assemble(
                (label.upper(), _STYLES[label]), " ", (rule, "bold"), f"  {about.title}", (f"  {about.severity}", "dim")
            )
        )
        for messages, places in by_places(by_message(groups)):
            for message in messages:
                console.print(Padding(Text(printable(message)), (0, 0, 0, 2)))
            console.print(Padding(_places(places, total), (0, 0, 0, 4)))
        _fix(console, remedy(rule, label), rule)


def _places(groups: Sequence[Group], total: int) -> Table:
    grid = Table.grid(padding=(0, 2))
    for group in groups:
        cells = (group.source, group.name, f"({stack_list(group.stacks, total)})")
        styles = ("cyan", "bold", "")
        grid.add_row(*(Text(cell, style) for cell, style in zip(cells, styles, strict=True) if cell))
    return grid


def _fix(console: Console, fix: str, rule: str) -> None:
    if fix:
        more = (f"  (./parity explain {rule})", "dim")
        console.print(Padding(Text.assemble(("fix: ", "green"), fix, more), (0, 0, 0, 2)))
    console.print()


def _stale(console: Console, stale: Sequence[str]) -> None:
    if not stale:
        return
    about = paperwork(STALE_RULE)
    console.print(Text.assemble(("FAILED", _BAD), " ", (STALE_RULE, "bold"), f"  {about.title}"))
    for type_, declarations in groupby(stale, lambda declaration: declaration.partition(" ")[0]):
        grid = Table.grid(padding=(0, 2))
        for declaration in declarations:
            grid.add_row(Text(declaration_place(declaration), "cyan"), Text(declaration.partition(" ")[2]))
        console.print(Padding(Text(type_), (0, 0, 0, 2)))
        console.print(Padding(grid, (0, 0, 0, 4)))
    _fix(console, about.fix, STALE_RULE)


def _paperwork(console: Console, summary: Summary) -> None:
    """Say in two lines what is as it was agreed on, and how to see all of it."""
    counts = []
    if summary.declared:
        counts.append(f"{plural(len(summary.declared), 'declared difference')} ({LIMITS})")
    if summary.exempt:
        counts.append(plural(len(summary.exempt), "accepted finding"))
    if counts:
        console.print(Text(f"{' and '.join(counts)}; --verbose lists them.", "dim"))
    if any(stack.manifest is not None for stack in summary.result.stacks):
        console.print(Text("Checked offline: the ids, ARNs and endpoints that AWS would give are simulated.", "dim"))
    if counts or summary.result.stacks:
        console.print()


def _verdict(console: Console, summary: Summary) -> None:
    style = "bold green" if summary.result.ok else _BAD
    console.print(Text.assemble((summary.verdict.upper(), style), f"  {printable(summary.reasons())}."), soft_wrap=True)
