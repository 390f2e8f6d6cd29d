"""Drift appears, grows, can't be checked, is mended and is gone; a review stack that is left over is swept."""

from tests.engine.harness import needs_pulumi, needs_the_double
from tests.program.github.state import pull_request as issue_of_a_pull_request
from tests.workflows import golden
from tests.workflows.acting import KEY_OF_THE_APP, needs_act
from tests.workflows.world import a_world

pytestmark = [*needs_act, *needs_pulumi, needs_the_double]

STACK, FOUNDATION = "dev", "foundation/main"
PORT_OF_NOBODY = 1


def issues(world):
    """Return the state, the labels and the number of comments of each drift issue."""
    return [
        (issue["state"], sorted(issue["labels"]), len(world.github.comments(issue["number"])))
        for issue in world.github.state["issues"]
        if "pull_request" not in issue
    ]


def test_drift_is_reported_followed_mended_and_closed(tmp_path):
    with a_world(tmp_path, without=["prod", "staging"], review=["pr-9"]) as world:
        repository, engine, cloud = world.repository, world.engine, world.engine.cloud_file(STACK)
        with engine.provider(STACK):
            engine.must("up", "--yes", "--skip-preview", "--stack", STACK)
        engine.must("stack", "init", "pr-9")
        world.github.state["issues"].append(issue_of_a_pull_request(9) | {"state": "closed"})

        def night(**variables):
            return world.act("schedule", "drift", {}, **variables)

        cloud.set_property("database-cluster", "backupRetentionPeriod", 1)
        appeared = night(REVIEW_STACKS="always")
        assert appeared.jobs == {"scope": "success", "drift dev": "failure", "issues": "success", "sweep": "success"}
        assert "`foundation/main` was not looked at: a job's token can't read" in appeared.summary
        assert issues(world) == [("open", ["drift"], 0)]
        opened = next(issue for issue in world.github.state["issues"] if "pull_request" not in issue)
        golden.check("drift.md", f"# {opened['title']}\n\n{opened['body']}")
        assert "pr-9" not in world.stacks()

        cloud.set_property("monitoring-app-errors", "alarmActions", [])
        grown = night()
        assert (grown.jobs["drift dev"], grown.jobs["issues"]) == ("failure", "success")
        assert issues(world) == [("open", ["drift"], 1)]

        ports = (repository.notes / "clouds.json").read_text()
        repository.clouds({STACK: PORT_OF_NOBODY})
        failed = night()
        assert (failed.jobs["drift dev"], failed.jobs["issues"]) == ("failure", "success")
        assert issues(world)[0][:2] == ("open", ["drift", "drift-check-failed"])
        (repository.notes / "clouds.json").write_text(ports)

        mended = world.act("workflow_dispatch", "remediate", {"inputs": {"stack": STACK}})
        assert set(mended.jobs.values()) == {"success"}
        assert cloud.properties("database-cluster")["backupRetentionPeriod"] == 7

        gone = night()
        assert (gone.jobs["drift dev"], gone.jobs["issues"]) == ("success", "success")
        assert [state for state, *_ in issues(world)] == ["closed"]
        assert repository.noted("app-tokens") == [], "without an app there is no token of one"


def test_an_app_lets_the_night_look_at_the_foundation_too(tmp_path):
    with a_world(tmp_path, without=["prod", "staging"], foundations=[FOUNDATION]) as world:
        cloud = world.engine.cloud_file(FOUNDATION)
        cloud.set_property("github-ruleset", "enforcement", "disabled")

        looked = world.act("schedule", "drift", {}, FOUNDATION_DRIFT_APP="Iv1.of-the-app")

        assert looked.jobs[f"drift {FOUNDATION}"] == "failure"
        assert "was not looked at" not in looked.summary
        record = world.record("record-foundation.main", "main.json")
        assert (record["stack"], record["verdict"]) == (FOUNDATION, "drifted")
        assert {change["name"] for change in record["drifted"]} == {"github-ruleset"}
        assert not record.get("pending"), "it is what was deployed else"
        assert world.repository.noted("app-tokens") == [f"{FOUNDATION} by Iv1.of-the-app"], "in its row alone"
        assert KEY_OF_THE_APP not in looked.log
