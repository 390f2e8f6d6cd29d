"""The report for a pull request's comment or a job's summary: what a reader needs first stands first."""

from __future__ import annotations

from program.report.content.merged import change_sets, difference_sets, merged_check, merged_groups
from program.report.content.model import Report
from program.report.content.summary import summarise as summarise_check
from program.report.markdown.findings import accepted_section, advisory_section, mandatory_section
from program.report.markdown.fitting import COMMENT_BYTES, SUMMARY_BYTES, Section, fitted
from program.report.markdown.guard import guard_sections
from program.report.pull_request.changes import MOST_PROPERTIES, change_section, data_section
from program.report.pull_request.comparison import (
    declared_section,
    difference_section,
    hashes_section,
    stale_section,
    undeclared_section,
)
from program.report.pull_request.figures import summarise
from program.report.pull_request.graph import graph_section
from program.report.pull_request.head import head, within
from program.report.pull_request.trouble import notes_section, trouble_section

# The rows of all stacks may take so much of the whole; what explains them needs the rest.
_HEAD_SHARE = 0.7


def for_comment(report: Report) -> str:
    """Return the report as the comment on a pull request, within GitHub's limit."""
    return _render(report, COMMENT_BYTES, _sections(report, MOST_PROPERTIES))


def for_summary(report: Report) -> str:
    """Return the report as a job's summary, within GitHub's limit, with a picture of what changes.

    Who approves a deployment reads it: it shows every property that changes.
    """
    return _render(report, SUMMARY_BYTES, [*_sections(report, None), graph_section(report)])


def _render(report: Report, limit: int, sections: list[Section]) -> str:
    summary = within(summarise(report), int(limit * _HEAD_SHARE))
    if summary.quiet:
        return head(summary) + "\n"
    return fitted(head(summary), [each for each in sections if each.items], limit=limit, run=report.run)


def _sections(report: Report, most: int | None) -> list[Section]:
    """Return all sections, the most important first; of each change so many properties, None for all."""
    total = len(report.stacks)
    groups = merged_groups(report)
    changes = change_sets(report)
    checked = summarise_check(merged_check(report), judged=True)
    return [
        *guard_sections(report.check.guarded, total),
        trouble_section(report),
        notes_section(report),
        data_section(changes, total),
        mandatory_section(groups, total),
        undeclared_section(checked),
        stale_section(report),
        *(change_section(stacks, each, total, most) for stacks, each in changes),
        hashes_section(report),
        *(difference_section(stacks, each, total) for stacks, each in difference_sets(report)),
        advisory_section(groups, total),
        declared_section(checked),
        accepted_section(groups, total),
    ]
