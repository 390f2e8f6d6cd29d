"""What the reports of single steps share on a terminal: a titled list, and why something was refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from program.engine.records import Refusal


def listed(title: str, items: Iterable[str]) -> str:
    """Return the items, indented under their title; nothing where there is none."""
    lines = [f"  {item}" for item in items]
    return "\n".join([title, *lines]) if lines else ""


def refused(refusals: Sequence[Refusal]) -> str:
    """Return each refusal with both values and what to do."""
    texts = (
        f"{refusal.code}: expected {refusal.expected}, found {refusal.found}\n    fix: {refusal.fix}"
        for refusal in refusals
    )
    return listed("Refused", texts)
