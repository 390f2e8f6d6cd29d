"""The life of a pull request with a review stack, whole: opened, changed, closed."""

from tests.engine.harness import needs_pulumi, needs_the_double
from tests.program.cli.running import change
from tests.workflows import golden
from tests.workflows.acting import needs_act, pull_request
from tests.workflows.world import a_world

pytestmark = [*needs_act, *needs_pulumi, needs_the_double]

EVERY_JOB = {"scope", "record", "guard", "test", "preview dev", "preview prod", "apply", "compare", "gate"}
DESCRIPTION = "\n    description: The app function's timeout"
LABEL = {"labels": ["review-stack"]}


def test_a_pull_request_is_previewed_deployed_beside_compared_and_cleaned_up(tmp_path):
    with a_world(tmp_path, without=["staging"], review=["pr-7"]) as world:
        repository, github = world.repository, world.github
        base = repository.git("rev-parse", "HEAD")

        opened = world.act(
            *("pull_request", "pull-request", pull_request(repository, base=base, action="opened", **LABEL)),
            REVIEW_STACKS="label",
        )

        assert opened.jobs == dict.fromkeys(EVERY_JOB, "success")
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
        repository.commit("A shorter timeout")
        changed = world.act(
            *("pull_request", "pull-request", pull_request(repository, base=base, action="synchronize", **LABEL)),
            REVIEW_STACKS="label",
        )

        assert changed.jobs == dict.fromkeys(EVERY_JOB, "success")
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
