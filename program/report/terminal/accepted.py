"""What was accepted, each with its reason, for a person at a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from program.offline.result import excuse_and_fault
from program.report.content.grouping import by_message, by_rule, stack_list
from program.report.content.summary import Summary, plural
from program.report.content.values import printable


def show_accepted(console: Console, summary: Summary) -> None:
    """Print the accepted findings, each once."""
    if not summary.exempt:
        return
    console.print(Text(plural(len(summary.exempt), "accepted finding"), "bold"))
    for rule, _, groups in by_rule(summary.exempt):
        for message, places in by_message(groups):
            names = ", ".join(dict.fromkeys(group.name for group in places if group.name))
            having = {stack for group in places for stack in group.stacks}
            stacks = [row.stack for row in summary.rows if row.stack in having]
            excuse, fault = excuse_and_fault(printable(message))
            subject = f"  {names} ({stack_list(stacks, summary.stack_count)})"
            console.print(Padding(Text.assemble((rule, "bold"), subject), (0, 0, 0, 2)))
            console.print(Padding(Text(fault), (0, 0, 0, 4)))
            console.print(Padding(Text(excuse, "dim"), (0, 0, 0, 4)))
    console.print()
