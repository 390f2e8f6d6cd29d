"""The report for a job summary or a pull request: the verdict first, what is long folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from program.manifest.differences import Difference
from program.offline.result import excuse_and_fault
from program.report.content.grouping import Group, by_message, by_rule, stack_list
from program.report.content.paperwork import LIMITS, PARITY_RULE, STALE_RULE, paperwork, remedy
from program.report.content.summary import Summary, plural
from program.report.content.values import ABSENT, by_value, side_by_side
from program.report.markdown.fitting import Section
from program.report.markdown.guard import guard_sections
from program.report.markdown.markup import code, escaped, table

MOST_COLUMNS = 6
_LONGEST_VALUE = 60


def render(summary: Summary) -> str:
    """Return the report as GitHub-flavoured Markdown."""
    mark = "✅" if summary.result.ok else "❌"
    blocks = [
        f"### {mark} {summary.verdict.capitalize()}: {escaped(summary.reasons())}",
        *(section.text(len(section.items)) for section in _guard(summary)),
        _stacks(summary),
        *_findings(summary),
        *_differences(summary),
        *_exempt(summary),
    ]
    return "\n\n".join(blocks) + "\n"


def _guard(summary: Summary) -> list[Section]:
    return [section for section in guard_sections(summary.result.guarded, summary.stack_count) if section.items]


def _stacks(summary: Summary) -> str:
    environment = ["Environment"] if summary.names_environments else []
    policies = ["Policies"] if summary.judged else []
    header = ["", "Stack", *environment, "Region", "Resources", "Settings", *policies, "Parity"]
    rows = [
        [
            "❌" if row.wrong else "✅",
            f"**{escaped(row.stack)}**",
            *([escaped(row.environment)] if environment else []),
            escaped(row.region),
            str(row.resources),
            plural(row.problems, "problem") if row.problems else "ok",
            *([row.policies] if policies else []),
            row.parity,
        ]
        for row in summary.rows
    ]
    return table(header, rows, numbers={header.index("Resources")})


def _findings(summary: Summary) -> Iterator[str]:
    blocking = [group for group in summary.findings if group.blocks]
    others = [group for group in summary.findings if not group.blocks]
    if blocking:
        yield f"#### {plural(len(blocking), 'mandatory finding')}"
        yield _rules(blocking, summary.stack_count)
    if others:
        yield _folded(
            f"{plural(len(others), 'finding')} that {'advises' if len(others) == 1 else 'advise'} only",
            _rules(others, summary.stack_count),
        )


def _rules(groups: Sequence[Group], total: int) -> str:
    lines: list[str] = []
    for rule, label, of_rule in by_rule(groups):
        word = f" {label}" if label in ("undecided", "error") else ""
        lines.append(f"- **{code(rule)}**{word}: {escaped(paperwork(rule).title)}")
        for message, places in by_message(of_rule):
            lines += [f"  - {_place(group, total)}: {escaped(message)}" for group in places]
        if fix := remedy(rule, label):
            lines.append(f"  - **Fix:** {escaped(fix)}")
    return "\n".join(lines)


def _place(group: Group, total: int) -> str:
    name = f"{code(group.name)} in " if group.name else ""
    source = f" ({code(group.source)})" if group.source else ""
    return f"{name}{escaped(stack_list(group.stacks, total))}{source}"


def _differences(summary: Summary) -> Iterator[str]:
    if summary.undeclared:
        yield f"#### {plural(len(summary.undeclared), 'undeclared difference')}"
        yield table(*difference_rows(summary, summary.undeclared, places=True))
        yield f"**Fix:** {escaped(paperwork(PARITY_RULE).fix)}"
    if stale := summary.result.comparison.stale:
        yield f"#### {plural(len(stale), 'stale declaration')}"
        yield "\n".join(f"- {code(declaration)}" for declaration in stale)
        yield f"**Fix:** {escaped(paperwork(STALE_RULE).fix)}"
    if summary.declared:
        title = f"{plural(len(summary.declared), 'declared difference')} ({LIMITS} gives each its reason)"
        yield _folded(title, table(*difference_rows(summary, summary.declared, places=False)))


def difference_rows(
    summary: Summary, differences: Sequence[Difference], *, places: bool
) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of differences; `places` adds where each is to be mended."""
    stacks = list(differences[0].values)
    wide = len(stacks) <= MOST_COLUMNS
    rows: list[list[str]] = []
    for difference in differences:
        cells = [code(difference.resource.rpartition("::")[2]), code(difference.property)]
        where = summary.where(difference) if places else None
        if wide:
            texts = side_by_side(difference.values, _LONGEST_VALUE)
            cells += [_value(texts[stack]) for stack in stacks]
        else:
            groups = by_value(difference.values, _LONGEST_VALUE)
            cells.append("<br>".join(f"{_value(text)}: {escaped(stack_list(names, 0))}" for text, names in groups))
        rows.append([*cells, *([code(where) if where else ""] if places else [])])
    header = ["Resource", "Property", *(map(escaped, stacks) if wide else ["Values"]), *(["Where"] if places else [])]
    return header, rows


def _value(text: str) -> str:
    return ABSENT if text == ABSENT else code(text)


def _exempt(summary: Summary) -> Iterator[str]:
    if summary.exempt:
        lines: list[str] = []
        for group in summary.exempt:
            excuse, fault = excuse_and_fault(group.message)
            reason = f" *{escaped(excuse)}*" if excuse else ""
            lines.append(f"- **{code(group.rule)}** {_place(group, summary.stack_count)}: {escaped(fault)}.{reason}")
        yield _folded(plural(len(summary.exempt), "accepted deviation"), "\n".join(lines))


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{escaped(title)}</summary>\n\n{content}\n\n</details>"
