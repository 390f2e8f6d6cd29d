"""A plan that asked the cloud says what it leaves drifted: afterwards that counts as deployed."""

import dataclasses

from policies.drift_noise import load_noise
from program.engine.drift_changes import DriftReader
from program.engine.left_drift import left_drift
from program.engine.pulumi_cli.events import EventLog
from program.engine.records import Change, PropertyChange
from program.engine.rules import DRIFT_LEFT
from program.report.content.paperwork import paperwork
from tests.program.engine.live import recorded_live


def found(live, *undone, operation="refresh"):
    """Return what is left, when the plan undoes these properties of the app's function."""
    steps = tuple(dataclasses.replace(step, operation=operation) for step in live.steps())
    log = EventLog(begun=(), ended=steps, outcomes=(), passed={}, diagnostics=())
    changes = [
        Change(
            urn=live.states()["lambda-app-function"].urn,
            type="",
            name="",
            operation="update",
            stateful=False,
            source=None,
            properties=tuple(PropertyChange(path=path, before=1, after=2) for path in undone),
        )
    ]
    reader = DriftReader(live.checkpoint, load_noise(), {})
    return [
        (finding.resource.rpartition("::")[2], finding.message.partition(" has")[0], finding.blocks)
        for finding in left_drift(log, reader, changes)
    ]


def drifted():
    live = recorded_live().with_output("lambda-app-function", "codeSha256", "other")
    return live.with_output("lambda-app-function", "timeout", 5)


def test_what_no_input_tells_is_left_and_said_without_blocking():
    assert found(drifted(), "timeout") == [("lambda-app-function", "codeSha256", False)]


def test_what_the_plan_undoes_is_not_left():
    assert found(drifted(), "timeout", "codeSha256") == []


def test_nothing_is_left_where_nothing_has_drifted():
    assert found(recorded_live()) == []


def test_a_plan_that_asked_nobody_leaves_nothing_known():
    assert found(drifted(), operation="same") == []


def test_it_says_why_and_what_to_do():
    assert paperwork(DRIFT_LEFT).title != DRIFT_LEFT
    assert "drift" in paperwork(DRIFT_LEFT).fix
