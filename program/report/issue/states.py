"""What to do about a stack's drift issue: a pure function of the issue as it stands and of what the night found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from program.engine.records import DriftVerdict

# A stack whose file is gone: nobody looks for its drift any more.
Found = DriftVerdict | Literal["removed"]
Step = Literal[
    "open",
    "reopen",
    "mark-failing",
    "unmark-failing",
    "tell-changed",
    "tell-failed",
    "tell-works",
    "tell-recovered",
    "tell-removed",
    "rewrite",
    "close-done",
    "close-removed",
]
MOST_OPEN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stack's issue: the fingerprint of the drift it tells of (None: it tells of a failed check), and its label."""

    is_open: bool
    fingerprint: str | None
    failing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What was found of one stack; the lower the urgency's figure, the sooner it gets one of the few issues."""

    found: Found
    fingerprint: str | None
    urgency: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps by stack, and the stacks that should have an issue and get none, as too many are open."""

    steps: Mapping[str, tuple[Step, ...]]
    rest: tuple[str, ...]


def steps(standing: Standing | None, night: Night) -> tuple[Step, ...]:
    """Return the steps, in their order; each can be repeated after a run that stopped between two of them."""
    if night.found == "check-failed":
        return _failed(standing)
    if night.found in ("drifted", "undeployed"):
        return _apart(standing, night.fingerprint)
    if standing is None or not standing.is_open:
        return ()
    unmark: tuple[Step, ...] = ("unmark-failing",) if standing.failing else ()
    if night.found == "removed":
        return (*unmark, "tell-removed", "close-removed")
    return (*unmark, "tell-recovered", "close-done")


def plan(standings: Mapping[str, Standing], nights: Mapping[str, Night], *, most_open: int = MOST_OPEN) -> Plan:
    """Return what to do for all stacks, with at most so many issues open in the end."""
    wanted = {stack: steps(standings.get(stack), night) for stack, night in nights.items()}
    opened = {stack for stack, standing in standings.items() if standing.is_open}
    closing = {stack for stack in opened if {"close-done", "close-removed"} & set(wanted.get(stack, ()))}
    opening = [stack for stack, todo in wanted.items() if {"open", "reopen"} & set(todo)]
    opening.sort(key=lambda stack: (nights[stack].urgency, stack))
    room = max(0, most_open - len(opened - closing))
    rest = opening[room:]
    return Plan(
        steps={stack: todo for stack, todo in wanted.items() if stack not in rest},
        rest=tuple(sorted(rest)),
    )


def _failed(standing: Standing | None) -> tuple[Step, ...]:
    """Return the steps after a failed check: it knows nothing, so what an open issue tells stays, and stays open."""
    if standing is None:
        return ("open", "mark-failing")
    if not standing.is_open:
        return ("reopen", "mark-failing", "tell-failed", "rewrite")
    return () if standing.failing else ("mark-failing", "tell-failed")


def _apart(standing: Standing | None, fingerprint: str | None) -> tuple[Step, ...]:
    if standing is None:
        return ("open",)
    unmark: tuple[Step, ...] = ("unmark-failing",) if standing.failing else ()
    if not standing.is_open:
        return ("reopen", *unmark, "tell-changed", "rewrite")
    # The text is written last: it holds the fingerprint, by which the next run knows that all was told.
    if standing.fingerprint != fingerprint:
        return (*unmark, "tell-changed", "rewrite")
    return (*unmark, "tell-works") if standing.failing else ()
