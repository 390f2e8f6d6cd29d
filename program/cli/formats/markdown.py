"""Markdown for a job's summary or a comment: the verdict, the stacks, what is wrong, what differs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from program.cli.formats.wording import (
    Shared,
    by_finding,
    count,
    odd_ones,
    paperwork,
    parity_word,
    policies_word,
    resource_key,
    resource_name,
    settings_word,
    undeclared,
    value,
    verdict,
)
from program.result import CheckResult, Comparison, Difference, StackResult

_SHORT_HASH = 12
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~&])")


def render(result: CheckResult) -> str:
    """Return the result as Markdown that GitHub renders; values are escaped, so that none is markup."""
    shared = by_finding(result.stacks)
    sections = (
        [f"### {'✅' if result.ok else '❌'} {escaped(verdict(result))}"],
        _stacks(result),
        _findings("What blocks", [item for item in shared if item.finding.blocks]),
        _differences("What differs, and is not declared", undeclared(result.comparison)),
        _stale(result.comparison),
        _folded("advisory finding", _findings(None, [item for item in shared if _advises(item)])),
        _folded("accepted deviation", _findings(None, [i for i in shared if i.finding.outcome == "exempt"])),
        _folded("declared difference", _differences(None, [d for d in result.comparison.differences if d.declared])),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, sections) if lines) + "\n"


def escaped(text: str) -> str:
    """Return text that GitHub shows as it is: no markup, no mention, no reference to an issue."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("@", "@\u200b")


def code(text: str) -> str:
    """Return text as a code span in a table's cell, whatever backticks and bars it holds."""
    flat = " ".join(text.split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _advises(item: Shared) -> bool:
    return not item.finding.blocks and item.finding.outcome != "exempt"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _stacks(result: CheckResult) -> Iterable[str]:
    rows = [_row(stack, result.comparison) for stack in result.stacks]
    return _table(("stack", "region", "settings", "policies", "parity", "baseline", "resources"), rows)


def _row(stack: StackResult, comparison: Comparison) -> tuple[str, ...]:
    hashes = (comparison.baseline_hash.get(stack.stack), comparison.resources_hash.get(stack.stack))
    return (
        f"{'✅' if stack.ok else '❌'} **{escaped(stack.stack)}**",
        escaped(stack.region or "unknown"),
        settings_word(stack),
        policies_word(stack),
        parity_word(stack, comparison),
        *(code(text[:_SHORT_HASH]) if text else "none" for text in hashes),
    )


def _findings(title: str | None, items: Sequence[Shared]) -> list[str]:
    if not items:
        return []
    rows = [
        (
            code(item.finding.rule),
            escaped(", ".join(item.stacks)),
            code(resource_name(item.finding)),
            f"{escaped(_message(item))}<br>*{escaped(paperwork(item.finding.rule).fix)}*",
            code(item.finding.source or "unknown"),
        )
        for item in items
    ]
    heading = [f"#### {title}", ""] if title else []
    return [*heading, *_table(("rule", "stacks", "resource", "what, and what to do", "where"), rows)]


def _message(item: Shared) -> str:
    finding = item.finding
    return finding.message if finding.outcome in ("failed", "exempt") else f"{finding.outcome}: {finding.message}"


def _differences(title: str | None, differences: Sequence[Difference]) -> list[str]:
    if not differences:
        return []
    stacks = list(differences[0].values)
    stacks += [name for difference in differences for name in difference.values if name not in stacks]
    names = list(dict.fromkeys(stacks))
    rows = [
        (
            code(resource_key(difference)),
            code(difference.property),
            *(_cell(difference, name) for name in names),
        )
        for difference in differences
    ]
    heading = [f"#### {title}", ""] if title else []
    return [*heading, *_table(("resource", "property", *map(escaped, names)), rows)]


def _cell(difference: Difference, stack: str) -> str:
    if stack not in difference.values:
        return ""
    shown = code(value(difference.values[stack]))
    return f"**{shown}**" if not difference.declared and stack in odd_ones(difference) else shown


def _stale(comparison: Comparison) -> list[str]:
    if not comparison.stale:
        return []
    lines = [f"- {escaped(text)}" for text in comparison.stale]
    return ["#### Declared, but no stack differs there: remove it from policies/environments.yaml", "", *lines]


def _folded(what: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    # Two of the lines are the table's head.
    summary = count(len(lines) - 2, what)
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]
