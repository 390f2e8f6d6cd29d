"""What the base's guard says of a change."""

from __future__ import annotations

from dataclasses import dataclass

from program.offline.guard.change import GuardChange
from program.offline.guard.declared import DeclaredChange
from program.offline.guard.reviewed import ReviewedProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What a change does to its guard and to what is declared; `base` is the commit whose guard judged it.

    `problems` are reviewed files of the head that can't be used; `note` says what keeps the base from judging.
    """

    base: str
    changes: tuple[GuardChange, ...]
    declared: tuple[DeclaredChange, ...]
    problems: tuple[ReviewedProblem, ...]
    note: str | None = None

    @property
    def weakens(self) -> tuple[GuardChange, ...]:
        """Return what lets pass more than before, or may."""
        return tuple(change for change in self.changes if change.effect != "narrows")
