"""Text for a person: a table of stacks, what is wrong and how to mend it, what differs, and the verdict last."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

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
from program.result import CheckResult, Difference

WIDTH_OF_A_FILE = 120
_SHORT_HASH = 12


def render(result: CheckResult) -> str:
    """Return the result as text, in colours and as wide as the terminal where stdout is one."""
    terminal = sys.stdout.isatty()
    width = None if terminal else WIDTH_OF_A_FILE
    console = Console(file=io.StringIO(), force_terminal=terminal, no_color=not terminal, width=width, highlight=False)
    with console.capture() as capture:
        console.print(Group(*_sections(result)))
    lines = (line.rstrip() for line in capture.get().splitlines())
    return "\n".join(lines) + "\n"


def _sections(result: CheckResult) -> Iterable[RenderableType]:
    shared = by_finding(result.stacks)
    yield _stacks(result)
    yield from _findings("Blocks", [item for item in shared if item.finding.blocks], "red")
    yield from _differences("Differs, and is not declared", undeclared(result.comparison))
    yield from _stale(result.comparison.stale)
    advisory = [item for item in shared if not item.finding.blocks and item.finding.outcome != "exempt"]
    yield from _findings("Advises", advisory, "yellow")
    yield from _accepted([item for item in shared if item.finding.outcome == "exempt"])
    yield from _declared([difference for difference in result.comparison.differences if difference.declared])
    yield Text()
    yield Text(verdict(result), style="bold green" if result.ok else "bold red")


def _table(*header: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    return table


def _stacks(result: CheckResult) -> Table:
    table = _table("stack", "region", "settings", "policies", "parity", "resources", "config")
    for stack in result.stacks:
        comparison = result.comparison
        manifest = stack.manifest or {}
        table.add_row(
            Text(stack.stack, style="bold green" if stack.ok else "bold red"),
            Text(stack.region or "unknown"),
            settings_word(stack),
            policies_word(stack),
            parity_word(stack, comparison),
            comparison.resources_hash.get(stack.stack, "none")[:_SHORT_HASH],
            str(manifest.get("configHash", "none"))[:_SHORT_HASH],
        )
    return table


def _heading(title: str, style: str) -> Text:
    return Text(f"\n{title}", style=f"bold {style}")


def _findings(title: str, items: Sequence[Shared], style: str) -> Iterable[RenderableType]:
    if not items:
        return
    yield _heading(title, style)
    for item in items:
        finding = item.finding
        word = "" if finding.outcome == "failed" else f"{finding.outcome}: "
        yield Padding(
            Group(
                Text.assemble(
                    (finding.rule, f"bold {style}"),
                    f"  {resource_name(finding)}  ",
                    (f"({', '.join(item.stacks)})", "dim"),
                ),
                Text(f"  {finding.source or ''}", style="dim"),
                Text(f"  {word}{finding.message}"),
                Text(f"  -> {paperwork(finding.rule).fix}", style="cyan"),
            ),
            (1, 0, 0, 2),
        )


def _accepted(items: Sequence[Shared]) -> Iterable[RenderableType]:
    if items:
        yield _heading("Accepted", "default")
        table = _table("rule", "resource", "why")
        for item in items:
            table.add_row(item.finding.rule, Text(resource_name(item.finding)), Text(item.finding.message))
        yield table


def _differences(title: str, differences: Sequence[Difference]) -> Iterable[RenderableType]:
    if differences:
        yield _heading(title, "red")
        yield _side_by_side(differences)


def _declared(differences: Sequence[Difference]) -> Iterable[RenderableType]:
    if differences:
        yield _heading(
            f"Declared: {count(len(differences), 'difference')} that {_are(len(differences))} meant", "default"
        )
        yield _side_by_side(differences)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _side_by_side(differences: Sequence[Difference]) -> Table:
    names = list(dict.fromkeys(name for difference in differences for name in difference.values))
    table = _table("resource", "property", *names)
    for column in table.columns[:2]:
        column.no_wrap = True
    for difference in differences:
        odd = [] if difference.declared else odd_ones(difference)
        cells = [
            Text(
                value(difference.values[name]) if name in difference.values else "", style="red" if name in odd else ""
            )
            for name in names
        ]
        table.add_row(Text(resource_key(difference)), Text(difference.property), *cells)
    return table


def _stale(stale: Sequence[str]) -> Iterable[RenderableType]:
    if stale:
        yield _heading("Declared, but no stack differs there: remove it from policies/environments.yaml", "red")
        yield from (Text(f"  {text}") for text in stale)
