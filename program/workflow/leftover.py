"""Decide which review stacks are left over: a pull request that is closed, or that nobody deployed for long."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from program.errors import CouldNotRunError

_NAME = re.compile(r"pr-([1-9][0-9]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStack:
    """The stack of one pull request; `updated` is its last deployment, None where the backend doesn't say."""

    name: str
    number: int
    updated: datetime.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The stacks to destroy now, each with the reason, and those that have to wait for the next time."""

    now: Mapping[str, str]
    later: tuple[str, ...]


def number_of(name: str) -> int | None:
    """Return the pull request's number of a review stack, None for any other stack."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


def read_listing(text: str) -> tuple[ReviewStack, ...]:
    """Return the review stacks in what `pulumi stack ls --json` prints; any other stack is left out."""
    try:
        listed: list[dict[str, Any]] = json.loads(text)
        found = [(str(each["name"]), each.get("lastUpdate")) for each in listed]
        return tuple(
            ReviewStack(name=name, number=number, updated=_time(updated))
            for name, updated in found
            if (number := number_of(name)) is not None
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CouldNotRunError(f"`pulumi stack ls --json` printed no list of stacks ({error})") from None


def left_over(
    stacks: Iterable[ReviewStack],
    *,
    is_open: Mapping[int, bool | None],
    now: datetime.datetime,
    longest: datetime.timedelta,
    most: int,
) -> Sweep:
    """Return what to destroy: at most so many at once, the oldest first.

    `is_open` has every pull request's state, None where it can't be seen: then the stack stays. `longest` is how long
    the stack of an open one may go without a deployment.
    """
    reasons = {stack: _reason(stack, now, longest, is_open=is_open[stack.number]) for stack in stacks}
    found = sorted((stack for stack, reason in reasons.items() if reason), key=_age)
    return Sweep(
        now={stack.name: reasons[stack] or "" for stack in found[:most]},
        later=tuple(stack.name for stack in found[most:]),
    )


def _reason(
    stack: ReviewStack, now: datetime.datetime, longest: datetime.timedelta, *, is_open: bool | None
) -> str | None:
    if is_open is None:
        return None
    if not is_open:
        return f"pull request #{stack.number} is closed"
    if stack.updated is not None and now - stack.updated > longest:
        return f"pull request #{stack.number} is open, and was last deployed {(now - stack.updated).days} days ago"
    return None


def _age(stack: ReviewStack) -> tuple[datetime.datetime, int]:
    return stack.updated or datetime.datetime.min.replace(tzinfo=datetime.UTC), stack.number


def _time(text: str | None) -> datetime.datetime | None:
    """Return the time; one without a zone is UTC."""
    if not text:
        return None
    time = datetime.datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
