"""Whole workflow runs that need neither the Pulumi CLI nor a cloud: forks, failures, the merge queue, an image."""

import datetime
import json

import pytest

from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.program.cli.running import change
from tests.program.github import server
from tests.program.github.state import empty
from tests.program.github.state import pull_request as issue_of_a_pull_request
from tests.program.github.state import run as run_of_a_workflow
from tests.program.workflow.local_git import GitRoutes
from tests.workflows import golden
from tests.workflows.acting import make_repository, needs_act, pull_request

pytestmark = needs_act

OFFLINE = {"scope", "record", "guard", "test", "compare", "gate"}
RIGHTS = {"actions": "read", "contents": "write", "issues": "write", "pull-requests": "write"}


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path)


@pytest.fixture
def github(monkeypatch):
    monkeypatch.setattr(server, "Routes", GitRoutes)
    night = run_of_a_workflow(1, datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    drift = {"drift.yml": {"state": "active", "runs": [night]}}
    with server.LocalGitHub(empty(permissions=RIGHTS, workflows=drift)) as running:
        running.state["issues"].append(issue_of_a_pull_request(7))
        yield running


def test_a_fork_gets_the_whole_offline_verdict_and_no_credentials(repository, github):
    payload = pull_request(repository, base=repository.git("rev-parse", "HEAD"), source="eve/parity")

    run = repository.act(
        *("pull_request", "pull-request", payload),
        api=github.url,
        PULUMI_BACKEND_URL="s3://state",
        REVIEW_STACKS="always",
    )

    assert run.jobs == dict.fromkeys(OFFLINE, "success")
    assert repository.noted("signed-in") == []
    assert github.state["requests"] == []
    assert "ok   preview: skipped (nothing for it to do in this run)" in run.said("gate")
    golden.check("fork.md", run.summary)


def test_many_stacks_are_checked_in_several_jobs_and_reported_as_one(repository, github):
    change(repository.project, "program/workflow/stages.py", "STACKS_A_CHECK = 100", "STACKS_A_CHECK = 1")
    repository.commit("Share a check out to a job for every stack")
    payload = pull_request(repository, base=repository.git("rev-parse", "HEAD"), source="eve/parity")

    run = repository.act("pull_request", "pull-request", payload, api=github.url)

    assert run.jobs == dict.fromkeys({*OFFLINE, "check"}, "success")
    # Each stack was checked by a job of its own; what the base judged has them all in any case.
    parts = [repository.artifact(f"check-{part}", "check.json") for part in range(2, len(stack_names()) + 1)]
    checked = [[stack["stack"] for stack in json.loads(part)["stacks"]] for part in parts]
    assert checked == [[name] for name in stack_names()[1:]]
    golden.check("fork.md", run.summary)


def test_what_dependabot_wrote_gets_no_credentials_when_a_person_labels_it(repository, github):
    base = repository.git("rev-parse", "HEAD")
    labelled = {"action": "labeled", "labels": ["review-stack"], "label": {"name": "review-stack"}}
    payload = pull_request(repository, base=base, author="dependabot[bot]", **labelled)
    variables = {"PULUMI_BACKEND_URL": "s3://state", "REVIEW_STACKS": "label"}

    run = repository.act("pull_request", "review-stack", payload, api=github.url, **variables)
    assert run.jobs == {}

    run = repository.act("pull_request", "pull-request", payload, api=github.url, **variables)

    assert run.jobs == dict.fromkeys(OFFLINE, "success")
    assert repository.noted("signed-in") == []
    assert github.state["requests"] == []


@pytest.mark.parametrize("label", ["bug", "review-stacks"])
def test_another_label_starts_nothing(repository, github, label):
    payload = pull_request(repository, base="", action="labeled", labels=["review-stack", label], label={"name": label})

    run = repository.act(
        *("pull_request", "review-stack", payload),
        api=github.url,
        PULUMI_BACKEND_URL="s3://state",
        REVIEW_STACKS="label",
    )

    assert run.jobs == {}


def test_a_change_that_breaks_a_policy_is_stopped_with_one_comment(repository, github):
    base = repository.git("rev-parse", "HEAD")
    change(
        repository.project,
        "program/service/components/database.py",
        "storage_encrypted=True",
        "storage_encrypted=False",
    )
    repository.commit("Store the database in the clear")

    run = repository.act(
        *("pull_request", "pull-request", pull_request(repository, base=base)),
        api=github.url,
        PULUMI_BACKEND_URL="s3://state",
        CODE_SCANNING="true",
    )

    assert run.jobs == dict.fromkeys(OFFLINE, "success") | dict.fromkeys(
        ("record", "guard", "compare", "gate"), "failure"
    )
    assert "FAIL preview: skipped (it had to run; see why the jobs before it failed)" in run.said("gate")
    assert repository.noted("signed-in") == []
    (comment,) = github.comments(7)
    assert "rds-encrypted" in comment
    assert "rds-encrypted" in run.summary
    rules = {
        result["ruleId"]
        for each in json.loads((repository.notes / "uploaded.sarif").read_text())["runs"]
        for result in each["results"]
    }
    assert "rds-encrypted" in rules
    assert "::error file=program/service/components/database.py" in run.log
    golden.check("policy.md", comment)


def test_a_program_that_fails_is_a_finding(repository, github):
    base = repository.git("rev-parse", "HEAD")
    change(
        repository.project,
        "program/service/components/database.py",
        "storage_encrypted=True",
        "storage_encrypted=1 / 0",
    )
    repository.commit("Divide by nothing")

    run = repository.act("pull_request", "pull-request", pull_request(repository, base=base), api=github.url)

    assert {job for job, result in run.jobs.items() if result == "failure"} == {"record", "guard", "compare", "gate"}
    (comment,) = github.comments(7)
    golden.check("program.md", comment)


def test_a_check_that_cannot_run_is_said_in_the_comment_too(repository, github):
    base = repository.git("rev-parse", "HEAD")
    change(repository.project, "policies/environments.yaml", "schemaVersion: 1", "schemaVersion: 2")
    repository.commit("Limits that nobody can read")

    run = repository.act("pull_request", "pull-request", pull_request(repository, base=base), api=github.url)

    assert {job for job, result in run.jobs.items() if result == "failure"} >= {"record", "gate"}
    (comment,) = github.comments(7)
    golden.check("broken.md", comment)


def test_the_merge_queue_gets_its_gate_and_no_comment(repository, github):
    base = repository.git("rev-parse", "HEAD")
    payload = {"action": "checks_requested", "merge_group": {"base_sha": base, "head_ref": "refs/heads/queue"}}

    run = repository.act("merge_group", "pull-request", payload, api=github.url)

    assert run.jobs == dict.fromkeys(OFFLINE, "success")
    assert github.state["requests"] == []


def test_an_image_is_pushed_once_and_proposed_for_every_stack(repository, github):
    run = repository.act(
        *("push", "image", {"ref": "refs/heads/main"}),
        api=github.url,
        AWS_REGION="us-east-2",
        IMAGE_REPOSITORY="registry.example/parity-app",
    )

    assert run.jobs == {"build": "success", "propose": "success"}
    commit = repository.git("rev-parse", "HEAD")
    digest = f"sha256:{'a' * 64}"
    files = GitRoutes(github.state, "", {}, {}).files(f"image/{'a' * 12}")
    assert repository.noted("pushed") == [f"registry.example/parity-app:{commit}"]
    assert sorted(files) == [
        ".github/review-stack.yaml",
        *(f"stacks/Pulumi.{stack}.yaml" for stack in stack_names(ROOT, SERVICE)),
    ]
    assert all(f"@{digest}" in text for text in files.values())
    assert [pull["base"] for pull in github.state["pulls"]] == ["main"]


@pytest.mark.parametrize("workflow", ["deploy", "drift"])
def test_nothing_is_deployed_or_watched_before_a_backend_is_set_up(repository, github, workflow):
    event = {"deploy": "push", "drift": "schedule"}[workflow]

    run = repository.act(event, workflow, {"ref": "refs/heads/main"}, api=github.url)

    assert run.jobs == {"scope": "success"}
    assert "PULUMI_BACKEND_URL is not set: nothing is previewed or deployed" in run.said("scope")
    assert repository.noted("signed-in") == []


def test_a_fork_that_is_closed_has_nothing_to_destroy(repository, github):
    payload = pull_request(repository, base="", source="eve/parity", action="closed")

    run = repository.act(
        *("pull_request", "review-cleanup", payload),
        api=github.url,
        PULUMI_BACKEND_URL="s3://state",
        REVIEW_STACKS="always",
    )

    assert run.jobs == {}
