"""What happens to a change that is fine: what a merge deploys, and how to see it before."""

from __future__ import annotations

import shlex

from program.report.content.model import Report
from program.report.content.verdict import loses_data
from program.report.markdown.fitting import Section
from program.report.markdown.markup import code
from program.report.markdown.words import clipped, listed, name

_MOST_STACKS = 6
_LONGEST_NAME = 100


def next_section(report: Report) -> Section:
    """Return one line, where something is to be deployed and there is nothing to fix or to confirm first."""
    waiting = [stack.stack for stack in report.stacks if stack.outcome == "to deploy" and stack.checked is not None]
    if not report.ok or not waiting or loses_data(report):
        return Section(noun="next step", items=())
    stacks = listed([name(stack) for stack in waiting], _MOST_STACKS)
    order = ", in this order" if len(waiting) > 1 else ""
    # It is pasted into a shell.
    try_it = code(shlex.join(["./parity", "preview", clipped(waiting[0], _LONGEST_NAME)]))
    return Section(
        noun="next step", items=(f"**Next:** the merge deploys {stacks}{order}. To try it before: {try_it}",)
    )
