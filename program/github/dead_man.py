"""A drift check that no longer runs alarms nobody: say so where people look, in the pull request."""

from __future__ import annotations

from datetime import datetime, timedelta

from program.github.model import WorkflowRuns

LONGEST_SILENCE = timedelta(hours=48)


def silence(file: str, runs: WorkflowRuns | None, now: datetime) -> str | None:
    """Return one line of warning when the workflow of that file is off, gone, or silent for too long; else None."""
    if runs is None:
        return f"{file} is not on the default branch: nothing looks for drift."
    if runs.state != "active":
        return (
            f"{file} is {runs.state.replace('_', ' ')}: nothing looks for drift. Turn it on: gh workflow enable {file}"
        )
    if runs.last_success is None:
        return f"{file} has never succeeded on {runs.branch}: whether the cloud has drifted is not known."
    age = now - runs.last_success
    if age <= LONGEST_SILENCE:
        return None
    hours = int(age.total_seconds() // 3600)
    at = runs.last_success.strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{file} last succeeded on {runs.branch} {hours} hours ago ({at}):"
        " a stack has drifted since, or nobody looked. See its runs."
    )
