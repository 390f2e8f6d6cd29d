"""The one family of expected failures; only the command line turns them into a line and an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ParityError(Exception):
    """A failure that the user can mend: the text says where, what was found, what is allowed, what to do."""


class CouldNotRunError(ParityError):
    """Something that the command needs is broken or missing."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with a stack's settings: the config key (`orders:lambdaMemory`), if one, and why.

    `place` is where it stands, when that is another stack's file.
    """

    key: str | None
    message: str
    place: str = ""

    @property
    def text(self) -> str:
        """Return why, after the place where that isn't the stack's own file."""
        return f"{self.place}: {self.message}" if self.place else self.message


class SettingsError(ParityError):
    """Settings that can't be deployed, with every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.key or "", problem.text)))
        super().__init__("\n".join(problem.text for problem in self.problems))
