from datetime import UTC, datetime, timedelta

import pytest

from program.github.dead_man import silence
from program.github.model import WorkflowRuns

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def runs(hours, state="active"):
    last = None if hours is None else NOW - timedelta(hours=hours)
    return WorkflowRuns(state=state, branch="main", last_success=last)


@pytest.mark.parametrize("hours", [0, 8, 48])
def test_a_workflow_that_ran_lately_needs_no_word(hours):
    assert silence("drift.yml", runs(hours), NOW) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (runs(49), "drift.yml last succeeded on main 49 hours ago (2026-11-23 11:00 UTC)"),
        (runs(None), "drift.yml has never succeeded on main"),
        (runs(1, "disabled_inactivity"), "drift.yml is disabled inactivity: nothing looks for drift. Turn it on"),
        (None, "drift.yml is not on the default branch"),
    ],
    ids=["late", "never", "off", "gone"],
)
def test_a_silent_one_is_a_warning_in_one_line(found, words):
    warning = silence("drift.yml", found, NOW)

    assert warning.startswith(words)
    assert "\n" not in warning
