"""The life of a pull request with a review stack, whole: opened, changed, closed."""

import re

from tests.engine.harness import needs_pulumi, needs_the_double
from tests.program.cli.running import change
from tests.workflows import golden
from tests.workflows.acting import needs_act, pull_request
from tests.workflows.world import a_world

pytestmark = [*needs_act, *needs_pulumi, needs_the_double]

EVERY_JOB = {"scope", "record", "guard", "test", "preview dev", "preview prod", "apply pr-7", "compare", "gate"}
LABEL = "review-stack"


def labelled(world, base):
    """Set the label on the newest commit; return the results by job, without what calls it and act's own numbers."""
    payload = pull_request(
        world.repository, base=base, action="labeled", labels=[LABEL], label={"name": LABEL, "color": "0"}
    )
    run = world.act("pull_request", "review-stack", payload, REVIEW_STACKS="label")
    jobs = {re.sub(r"^review / |(?<=dev|rod)-\d$", "", job): result for job, result in run.jobs.items()}
    assert set(jobs.values()) == {"success"}, run.log
    return jobs


def test_a_pull_request_is_previewed_deployed_beside_compared_and_cleaned_up(tmp_path):
    with a_world(tmp_path, without=["staging"], review=["pr-7"]) as world:
        repository, github = world.repository, world.github
        base = repository.git("rev-parse", "HEAD")

        jobs = labelled(world, base)

        assert jobs == dict.fromkeys(EVERY_JOB, "success")
        assert repository.noted("signed-in") == [
            "apply pr-7 us-east-2",
            "preview dev us-east-2",
            "preview prod us-east-1",
        ]
        assert world.record("record-pr-7", "applied.json")["outcome"] == "applied"
        (first,) = github.comments(7)
        golden.check("opened.md", first)
        stacks = world.stacks()
        assert stacks["pr-7"] > 40
        assert {stacks["dev"], stacks["prod"]} == {0}

        change(
            repository.project,
            "Pulumi.yaml",
            "    default: 30\n    description: The app",
            "    default: 20\n    description: The app",
        )
        # Where the setting is defined, and the block that follows from it.
        timeout = ",\n        about=\"The app function's timeout"
        change(repository.project, "program/service/settings.py", f"        30{timeout}", f"        20{timeout}")
        repository.commit("A shorter timeout")
        github.state["issues"][0]["labels"].append(LABEL)
        pushed = pull_request(repository, base=base, action="synchronize", labels=[LABEL])

        unlabelled = world.act("pull_request", "review-stack", pushed, REVIEW_STACKS="label")

        assert unlabelled.jobs == {"unlabel": "success"}
        assert github.state["issues"][0]["labels"] == []
        assert (repository.noted("signed-in"), world.stacks()) == ([], stacks)

        jobs = labelled(world, base)

        assert jobs == dict.fromkeys(EVERY_JOB, "success")
        applied = world.record("record-pr-7", "applied.json")
        assert [(each["name"], each["operation"]) for each in applied["changes"]] == [("lambda-app-function", "update")]
        (second,) = github.comments(7)
        assert second != first
        golden.check("changed.md", second)

        closed = world.act(
            *("pull_request", "review-cleanup", pull_request(repository, base=base, action="closed")),
            REVIEW_STACKS="label",
        )

        assert closed.jobs == {"destroy": "success"}
        assert "pr-7" not in world.stacks()
        assert world.engine.cloud_file("pr-7").read().resources == {}
