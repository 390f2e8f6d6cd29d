"""`scope` says which jobs a run has to run, and why the others don't."""

import json

import pytest
from click.testing import CliRunner

from policies.limits import limits
from program.cli.scope import scope
from program.errors import CouldNotRunError
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE, stack_file
from program.project.stackfile import stack_names
from tests.program.workflow.events import labelled, pull_request, variables

OFFLINE = ["record", "guard", "test", "compare"]
PREVIEW = [*OFFLINE, "preview"]
LABEL_DOES = "no review stack is deployed: the label review-stack does that, of the commit that it is set on"


def run(environment, *arguments):
    """Return the outputs by name, and the lines on stderr."""
    done = CliRunner().invoke(scope, arguments, env={"REVIEW_STACKS": None, **environment}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return dict(line.split("=", 1) for line in done.stdout.splitlines()), done.stderr


@pytest.mark.parametrize(
    ("name", "payload", "others", "jobs", "said"),
    [
        ("pull_request", pull_request(), {}, PREVIEW, "REVIEW_STACKS is off"),
        ("pull_request", pull_request(), {"REVIEW_STACKS": ""}, PREVIEW, "REVIEW_STACKS is off"),
        ("pull_request", pull_request(), {"REVIEW_STACKS": "always"}, [*PREVIEW, "apply"], ""),
        ("pull_request", pull_request(), {"REVIEW_STACKS": "label"}, PREVIEW, LABEL_DOES),
        ("pull_request", labelled("review-stack"), {"REVIEW_STACKS": "label"}, [*PREVIEW, "apply"], ""),
        (
            "pull_request",
            pull_request(labels=["review-stack"], action="synchronize"),
            {"REVIEW_STACKS": "label"},
            PREVIEW,
            LABEL_DOES,
        ),
        (
            "pull_request",
            labelled("bug") | {"labels": [{"name": "review-stack"}]},
            {"REVIEW_STACKS": "label"},
            PREVIEW,
            LABEL_DOES,
        ),
        ("pull_request", labelled("review-stack"), {"REVIEW_STACKS": "off"}, PREVIEW, "REVIEW_STACKS is off"),
        ("pull_request", pull_request(source="eve/parity"), {"REVIEW_STACKS": "always"}, OFFLINE, "a fork"),
        ("pull_request", pull_request(source=None), {"REVIEW_STACKS": "always"}, OFFLINE, "a fork"),
        ("pull_request", pull_request(), {"actor": "dependabot[bot]"}, OFFLINE, "Dependabot"),
        (
            "pull_request",
            labelled("review-stack", author="dependabot[bot]"),
            {"REVIEW_STACKS": "label"},
            OFFLINE,
            "what Dependabot wrote",
        ),
        ("pull_request", pull_request(author="dependabot[bot]"), {"REVIEW_STACKS": "always"}, OFFLINE, "Dependabot"),
        ("pull_request", pull_request(), {"PULUMI_BACKEND_URL": ""}, OFFLINE, ".github/SETTING-UP.md"),
        ("merge_group", {"merge_group": {}}, {"REVIEW_STACKS": "always"}, PREVIEW, ""),
        ("push", {}, {}, PREVIEW, ""),
    ],
    ids=[
        *("pull request", "empty variable", "always", "no label", "label", "a push after the label", "another label"),
        *("label while off", "fork", "deleted fork", "dependabot", "dependabot's, labelled by a person"),
        *("dependabot's, reopened by a person", "no backend", "queue", "push"),
    ],
)
def test_every_event_has_the_jobs_that_it_may_and_must_run(tmp_path, name, payload, others, jobs, said):
    outputs, stderr = run(variables(tmp_path, name, payload, **others))

    assert json.loads(outputs["jobs"]) == jobs
    assert outputs["review"] == ("pr-7" if "apply" in jobs else "")
    assert bool(outputs["parts"]) is ("preview" in jobs)
    assert said in stderr


def test_the_stages_are_in_the_order_of_the_limits_and_networks_come_first(tmp_path):
    outputs, _ = run(variables(tmp_path, "push", {}), "--stages", "8")

    stages = [outputs[f"stage-{number}"] for number in range(1, 9)]
    order = list(limits().environments)
    found = [[row["stack"] for row in json.loads(stage)["include"]] for stage in stages if stage]

    assert found == [[name] for environment in order for name in (f"network/{environment}", environment)]
    assert stages[2 * len(order) :] == [""] * (8 - 2 * len(order))
    (part,) = json.loads(outputs["parts"])["include"]
    assert part["part"] == "1"
    assert [row["stack"] for row in json.loads(part["stacks"])["include"]] == list(stack_names(ROOT, SERVICE, NETWORK))
    assert outputs["names"].split() == list(stack_names(ROOT, SERVICE, NETWORK))


def test_one_stack_is_a_stage_alone(tmp_path):
    stack = stack_names(ROOT, SERVICE)[-1]

    outputs, _ = run(variables(tmp_path, "workflow_dispatch", {}), "--stack", stack, "--stages", "2")

    assert [row["stack"] for row in json.loads(outputs["stage-1"])["include"]] == [stack]
    assert [part["stacks"] for part in json.loads(outputs["parts"])["include"]] == [outputs["stage-1"]]
    assert outputs["stage-2"] == ""


def test_more_stages_than_jobs_are_an_error(tmp_path):
    with pytest.raises(CouldNotRunError, match=r"there are 6 stages, and the workflow has jobs for 2; add one to it"):
        run(variables(tmp_path, "push", {}), "--stages", "2")


def test_stacks_that_cannot_be_used_stop_the_run(tmp_path):
    environment = variables(tmp_path, "push", {}, ENVIRONMENT_SUFFIX="no suffix at all!")

    done = CliRunner().invoke(scope, env=environment)

    assert done.exit_code == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        stack_file(stack) for stack in stack_names(ROOT, SERVICE, NETWORK)
    ]


@pytest.mark.parametrize("missing", ["GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_REPOSITORY"])
def test_outside_a_workflow_it_says_what_is_missing(tmp_path, missing):
    environment = variables(tmp_path, "push", {}) | {missing: None}

    with pytest.raises(CouldNotRunError, match=f"^{missing} is not set; this command runs in a GitHub workflow$"):
        run(environment)


@pytest.mark.parametrize("payload", ["event", 3, {"pull_request": {}}, {"pull_request": {"head": {}, "number": "x"}}])
def test_an_event_that_is_none_is_an_error(tmp_path, payload):
    with pytest.raises(CouldNotRunError, match=r"^GITHUB_EVENT_PATH: .* holds no event"):
        run(variables(tmp_path, "pull_request", payload))


def test_a_review_stacks_variable_that_says_nothing_is_an_error(tmp_path):
    with pytest.raises(CouldNotRunError, match=r"REVIEW_STACKS is 'on'; it must be one of off, label, always$"):
        run(variables(tmp_path, "push", {}, REVIEW_STACKS="on"))


def test_what_no_run_looks_at_is_added_to_its_summary(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("Before.\n")

    run(variables(tmp_path, "schedule", {}), "--unwatched", str(summary))

    before, said = summary.read_text().splitlines()
    assert before == "Before."
    assert said == (
        "- `foundation/main` was not looked at: a job's token can't read what a foundation sets in GitHub. An app's "
        "can (.github/SETTING-UP.md), and a person's, as GITHUB_TOKEN: `./parity drift foundation/main`"
    )


def test_a_run_that_looks_for_drift_looks_at_the_foundation_where_an_app_reads_github(tmp_path):
    summary = tmp_path / "summary.md"
    environment = variables(tmp_path, "schedule", {}, FOUNDATION_DRIFT_APP="Iv1.0123456789abcdef")

    outputs, _ = run(environment, "--unwatched", str(summary))

    (part,) = json.loads(outputs["parts"])["include"]
    rows = {row["stack"]: row for row in json.loads(part["stacks"])["include"]}
    assert list(rows) == list(stack_names(ROOT, SERVICE, NETWORK, FOUNDATION))
    assert rows["foundation/main"] == {
        "stack": "foundation/main",
        "id": "foundation.main",
        "environment": "prod",
        "region": "us-east-1",
    }
    assert not summary.exists(), "there is nothing that it doesn't look at"


def test_no_other_run_has_to_do_with_the_foundation(tmp_path):
    environment = variables(tmp_path, "push", {}, FOUNDATION_DRIFT_APP="Iv1.0123456789abcdef")

    outputs, _ = run(environment, "--stages", "8")

    assert "foundation/" not in " ".join(outputs.values())


def test_without_a_backend_no_app_makes_a_run_look_at_anything(tmp_path):
    environment = variables(
        tmp_path, "schedule", {}, PULUMI_BACKEND_URL="", FOUNDATION_DRIFT_APP="Iv1.0123456789abcdef"
    )

    outputs, _ = run(environment, "--unwatched", str(tmp_path / "summary.md"))

    assert outputs["parts"] == ""
