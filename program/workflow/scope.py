"""Decide which jobs of a run have to run: the jobs' own conditions and the gate both go by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from program.errors import CouldNotRunError
from program.workflow.event import DEPENDABOT, Event, read_event

ReviewStacks = Literal["off", "label", "always"]
REVIEW_STACKS = get_args(ReviewStacks)
REVIEW_LABEL = "review-stack"
# What needs no credentials runs on every event.
OFFLINE = ("record", "guard", "test", "compare")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The jobs that have to run, the review stack's name, and a line for each job that doesn't run, with the reason.

    `credentials` says that jobs may sign in to the cloud.
    """

    jobs: tuple[str, ...]
    credentials: bool
    review: str | None
    notes: tuple[str, ...]


def decided(variables: Mapping[str, str]) -> Scope:
    """Return what runs, by a runner's environment: the event, PULUMI_BACKEND_URL and REVIEW_STACKS."""
    review_stacks = variables.get("REVIEW_STACKS") or "off"
    if review_stacks not in REVIEW_STACKS:
        allowed = ", ".join(REVIEW_STACKS)
        raise CouldNotRunError(
            f"the repository's variable REVIEW_STACKS is {review_stacks!r}; it must be one of {allowed}"
        )
    return decide(
        read_event(variables),
        backend=variables.get("PULUMI_BACKEND_URL", ""),
        review_stacks=cast("ReviewStacks", review_stacks),
    )


def decide(event: Event, *, backend: str, review_stacks: ReviewStacks) -> Scope:
    """Return what runs for the event; `backend` is empty where none is set up."""
    if event.from_fork:
        return _offline("the pull request comes from a fork: it gets the offline check, and no credentials")
    # Whose code it is counts, whoever labelled or reopened it; GitHub itself goes by who caused the event.
    if DEPENDABOT in (event.author, event.actor):
        return _offline("what Dependabot wrote or pushed gets the offline check, and no credentials")
    if not backend:
        note = "PULUMI_BACKEND_URL is not set: nothing is previewed or deployed (.github/SETTING-UP.md)"
        return Scope(jobs=OFFLINE, credentials=False, review=None, notes=(note,))
    review, reason = _review(event, review_stacks)
    jobs = (*OFFLINE, "preview", *(("apply",) if review else ()))
    return Scope(jobs=jobs, credentials=True, review=review, notes=(reason,) if reason else ())


def _offline(note: str) -> Scope:
    return Scope(jobs=OFFLINE, credentials=False, review=None, notes=(note,))


def _review(event: Event, review_stacks: ReviewStacks) -> tuple[str | None, str | None]:
    """Return the review stack's name, or None and why there is none."""
    if event.number is None:
        return None, None
    if review_stacks == "off":
        return None, "REVIEW_STACKS is off: there is no review stack"
    # A label that is there says nothing of a commit that was pushed after it was set.
    if review_stacks == "label" and event.label != REVIEW_LABEL:
        return None, f"no review stack is deployed: the label {REVIEW_LABEL} does that, of the commit that it is set on"
    return review_stack(event.number), None


def review_stack(number: int) -> str:
    """Return the name of the pull request's stack."""
    return f"pr-{number}"
