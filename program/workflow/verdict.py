"""Judge how the jobs of a run ended: what a branch protection requires is this one verdict."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from program.errors import CouldNotRunError

SCOPE = "scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnd:
    """How one job ended, and whether that lets the change pass; `reason` says why, where it isn't plain."""

    job: str
    result: str
    passes: bool
    reason: str = ""


def judge(needs: str, required: Collection[str] = ()) -> tuple[JobEnd, ...]:
    """Judge each job of the `needs` context, given as JSON; raise CouldNotRunError for anything else.

    A job that was skipped passes only where the job `scope` succeeded and didn't ask for it, and `required`, which is
    our own reckoning of what had to run, doesn't have it: `scope` runs the code of the change. A job that `scope` asked
    for and the gate knows nothing of has not run.
    """
    try:
        jobs: dict[str, Any] = json.loads(needs)
        results = {name: str(job["result"]) for name, job in jobs.items()}
        asked = _asked(jobs.get(SCOPE, {}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CouldNotRunError(f"NEEDS is not toJSON(needs) ({type(error).__name__}: {error})") from None
    unknown = sorted((asked or frozenset()) - set(results))
    if asked is not None:
        asked |= frozenset(required)
    return (*(_judge(name, result, asked) for name, result in results.items()), *map(_unknown, unknown))


def _asked(scope: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the jobs that had to run, or None where that isn't known."""
    jobs = (scope.get("outputs") or {}).get("jobs")
    return frozenset(map(str, json.loads(jobs))) if jobs and scope.get("result") == "success" else None


def _unknown(job: str) -> JobEnd:
    reason = "it had to run, and the gate doesn't wait for it; name it under the gate's needs"
    return JobEnd(job=job, result="unknown", passes=False, reason=reason)


def _judge(job: str, result: str, asked: frozenset[str] | None) -> JobEnd:
    if result != "skipped":
        return JobEnd(job=job, result=result, passes=result == "success")
    if asked is None:
        return JobEnd(job=job, result=result, passes=False, reason=f"the job {SCOPE} didn't say which jobs have to run")
    if job in asked or job == SCOPE:
        return JobEnd(job=job, result=result, passes=False, reason="it had to run; see why the jobs before it failed")
    return JobEnd(job=job, result=result, passes=True, reason="nothing for it to do in this run")
