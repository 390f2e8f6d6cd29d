"""The short comments on a drift issue: what became of it, and by which run."""

from __future__ import annotations

from collections.abc import Sequence

from program.engine.records import DriftRecord
from program.report.issue.body import counts
from program.report.issue.marker import OVERFLOW, marker
from program.report.issue.states import Step
from program.report.markdown.fitting import COMMENT_BYTES, Section, fitted
from program.report.markdown.markup import escaped
from program.report.markdown.words import name, sentence


def note(step: Step, stack: str, record: DriftRecord | None, run: str | None) -> str | None:
    """Return the comment of a step that tells something, None of any other; without a record the stack is gone."""
    by = f"[this run]({run})" if run else "this check"
    if record is None:
        return f"There is no stack {name(stack)} any more: its file is gone. Closed as removed by {by}."
    why = sentence(record.error or "no reason is known")
    at = f" (commit {name(record.commit)})" if record.commit else ""
    texts: dict[Step, str] = {
        "tell-changed": f"Changed, as {by} found: {counts(record)}.",
        "tell-failed": f"The check failed in {by}: what is said above may be old, so this stays open. {why}",
        "tell-works": f"The check works again, and {by} found the same: {counts(record)}.",
        "tell-recovered": f"Recovered: {by} found cloud, deployment and code the same{at}.",
    }
    return texts.get(step)


def overflow_title(stacks: Sequence[str]) -> str:
    """Return the title of the issue that names the stacks without one."""
    return f"{len(stacks)} more {'stack' if len(stacks) == 1 else 'stacks'} with drift, or not checked"


def overflow_body(records: Sequence[DriftRecord], fingerprint: str, run: str | None) -> str:
    """Return the text of that issue: one line for each stack."""
    lines = tuple(f"- **{escaped(record.stack)}** {record.verdict}: {_line(record)}" for record in records)
    opening = (
        "As many drift issues are open as are read, so that these stacks have none of their own;"
        " each gets one when another is closed."
    )
    head = f"{marker(OVERFLOW, fingerprint)}\n\n{opening}"
    return fitted(head, [Section(noun="stack", items=lines)], limit=COMMENT_BYTES, run=run)


def _line(record: DriftRecord) -> str:
    return sentence(record.error) if record.error is not None else counts(record)
