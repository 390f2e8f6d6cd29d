"""One thing that a change does to its guard, at its place."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

# `weakens`: the guard lets pass more than before. `changes`: nobody can tell without reading it. `narrows`: it lets
# pass less.
Effect = Literal["weakens", "changes", "narrows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardChange:
    """One change of a reviewed file or of judging code; `line` is 1-based, in the head's file where there is one.

    `rules` and `limits` (attributes of the limits) are what a failure is explained by; `fails` says what would fail on
    the base.
    """

    effect: Effect
    kind: str
    file: str
    line: int | None
    text: str
    rules: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, str, int, str]:
        """Return by what changes are sorted: those that weaken first."""
        return (("weakens", "changes", "narrows").index(self.effect), self.file, self.line or 0, self.text)


def first_difference(before: str, after: str) -> int | None:
    """Return the first line (1-based, of `after`) at which two texts differ; None where they don't."""
    old, new = before.splitlines(), after.splitlines()
    for tag, _, _, start, _ in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag != "equal":
            return min(start + 1, max(len(new), 1))
    return None
