"""The report for a pull request's comment or a job's summary, by what a reviewer has to decide.

The order is one: the worst of it, why, what to do, what the rules found, the stacks, then what changes in detail.
"""

from __future__ import annotations

from dataclasses import replace

from program.report.content.losses import losses
from program.report.content.merged import change_sets, difference_sets, merged_check, merged_groups
from program.report.content.model import Report
from program.report.content.summary import summarise as summarise_check
from program.report.markdown.findings import advisory_section, mandatory_section
from program.report.markdown.fitting import COMMENT_BYTES, SUMMARY_BYTES, Section, fitted, size
from program.report.markdown.guard import declared_section, guard_sections
from program.report.markdown.markup import escaped
from program.report.pull_request.changes import MOST_PROPERTIES, changes_section
from program.report.pull_request.comparison import difference_section, stale_section, undeclared_section
from program.report.pull_request.figures import Summary, summarise
from program.report.pull_request.footer import footer
from program.report.pull_request.graph import graph_section
from program.report.pull_request.head import head, within
from program.report.pull_request.losses import losses_section
from program.report.pull_request.next_step import next_section
from program.report.pull_request.stacks import stacks_section
from program.report.pull_request.trouble import notes_section, trouble_section

# What a program reads back of all stacks may take so much of the whole; what explains them needs the rest.
_HEAD_SHARE = 0.7


def for_comment(report: Report) -> str:
    """Return the report as the comment on a pull request, within GitHub's limit."""
    summary = within(summarise(report), int(COMMENT_BYTES * _HEAD_SHARE))
    return _render(report, summary, head(summary), COMMENT_BYTES, MOST_PROPERTIES, [])


def for_summary(report: Report) -> str:
    """Return the report as a job's summary, within GitHub's limit, with a picture of what changes.

    Who approves a deployment reads it: it shows every property that changes.
    """
    summary = summarise(report)
    return _render(report, summary, head(summary, marked=False), SUMMARY_BYTES, None, [graph_section(report)])


def _render(report: Report, summary: Summary, first: str, limit: int, most: int | None, more: list[Section]) -> str:
    last = footer(report)
    if summary.quiet:
        return f"{first}\n{last}"
    sections = [section for section in [*sections_of(report, summary, most), *more] if section.items]
    return fitted(first, sections, limit=limit - size(last), run=report.run) + last


def _apart(report: Report) -> Report:
    """Return the report of the stacks of which a diff doesn't say it all: what is live is not what was to be."""
    stacks = tuple(stack for stack in report.stacks if stack.outcome in ("different", "drifted", "undeployed"))
    return replace(report, stacks=stacks)


def sections_of(report: Report, summary: Summary, most: int | None) -> list[Section]:
    """Return all sections, the most important first; of each change so many properties, None for all."""
    total, links = len(report.stacks), report.links
    groups = merged_groups(report)
    checked = summarise_check(merged_check(report), judged=report.judged)
    return [
        trouble_section(report),
        losses_section(losses(report), total, links),
        *guard_sections(report.check.guarded, links),
        notes_section(report),
        mandatory_section(groups, total, links),
        undeclared_section(checked, links),
        stale_section(report, links),
        next_section(report),
        Section(noun="assurance", items=() if summary.calm or not summary.assurance else (escaped(summary.assurance),)),
        stacks_section(summary),
        changes_section(change_sets(report), total, links, most),
        *(difference_section(stacks, each, total) for stacks, each in difference_sets(_apart(report))),
        declared_section(report.check.guarded, total),
        advisory_section(groups, total, links),
    ]
