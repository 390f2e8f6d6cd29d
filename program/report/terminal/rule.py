"""One rule for a person at a terminal: what, why, how to fix and to accept, where it holds, what it supports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from policies.catalogue import RULES
from policies.examples import Example, load_examples
from policies.limits import limits
from policies.references import load_references
from policies.rule import Rule, how_to_accept
from program.report.content.paperwork import known_rules, paperwork
from program.report.terminal.console import printed

PAGES = "policies/RULES.md"
_SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


def explained(rule: str) -> str:
    """Return the rule's page."""
    about = paperwork(rule)
    of_pack = next((known for known in RULES if known.id == rule), None)
    items = [
        Text.assemble((rule, "bold"), "  ", (about.severity, _SEVERITY_STYLES[about.severity])),
        Text(about.title),
        Text(),
        *_said("Why", about.why),
        *_said("Fix", about.fix),
    ]
    if of_pack is not None:
        items += [*_said("Accept", how_to_accept(of_pack).replace("`", "")), *_said("Levels", _levels(of_pack))]
        items += list(_references(rule))
        items += list(_example(load_examples().get(rule)))
        items += [Text(), Text(f"{PAGES}#{rule}", "cyan")]
    return printed(*items)


def listed() -> str:
    """Return all rules, a line each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in ("Rule", "Severity", "What it asks for"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "Rule")
    for rule in known_rules():
        about = paperwork(rule)
        table.add_row(rule, Text(about.severity, _SEVERITY_STYLES[about.severity]), about.title)
    return printed(table)


def _said(label: str, text: str) -> Iterator[Text | Padding]:
    if text:
        yield Text.assemble((f"{label}: ", "bold"), text)


def _levels(rule: Rule) -> str:
    known = limits()
    levels: Mapping[str, str] = {name: rule.level(known, name) for name in known.environments}
    return ", ".join(f"{level} in {name}" for name, level in levels.items())


def _references(rule: str) -> Iterator[Text | Padding]:
    references = load_references()
    by_framework: dict[str, list[str]] = defaultdict(list)
    for each in references.rules.get(rule, []):
        by_framework[references.frameworks[each.framework]].append(each.id)
    for framework, controls in by_framework.items():
        yield from _said("Supports", f"{framework}: {', '.join(controls)}")


def _example(example: Example | None) -> Iterator[Text | Padding]:
    if example is None:
        return
    yield Text()
    yield Text.assemble(("Fails", "bold red"), f"  {example.says}")
    yield Padding(Text(example.failing), (0, 0, 0, 4))
    yield Text("Passes", "bold green")
    yield Padding(Text(example.passing), (0, 0, 0, 4))
