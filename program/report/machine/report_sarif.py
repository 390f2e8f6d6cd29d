"""The report for code scanning: one run for each stack, and one for what the stacks differ in."""

from __future__ import annotations

from collections.abc import Sequence

from program.manifest.canonical import JsonObject
from program.report.content.model import Report, StackReport
from program.report.content.paperwork import PARITY_RULE, STALE_RULE
from program.report.content.places import Place
from program.report.content.places import places as places_of_check
from program.report.content.report_places import places_of
from program.report.content.summary import summarise
from program.report.machine.sarif import run, written

# GitHub refuses a file with more runs.
MOST_RUNS = 20
_PARITY = "stacks"


def render(report: Report) -> str:
    """Return a run for each stack, its category the stack's name; of too many stacks those that block."""
    shown, _ = chosen(report)
    runs: list[JsonObject] = [run(places_of(report, stack), stack.stack) for stack in shown]
    return written([*runs, run(_between(report), _PARITY)])


def chosen(report: Report) -> tuple[Sequence[StackReport], Sequence[StackReport]]:
    """Return the stacks for which there is a run, and those for which there is no room."""
    ordered = sorted(report.stacks, key=lambda stack: (not stack.blocks, stack.stack))
    return ordered[: MOST_RUNS - 1], ordered[MOST_RUNS - 1 :]


def _between(report: Report) -> list[Place]:
    """Return what no stack has alone: differences that nobody declared, declarations that nobody needs."""
    check = summarise(report.check, judged=True)
    return [place for place in places_of_check(check) if place.rule in (PARITY_RULE, STALE_RULE)]
