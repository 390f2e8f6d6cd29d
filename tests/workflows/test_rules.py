"""Every workflow keeps to the rules, and each rule is proved by a workflow that breaks it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from policies.limits import limits
from program.project.definition import ROOT
from program.workflow.event import Event
from program.workflow.scope import REVIEW_STACKS, decide
from tests.workflows.rules import problems, unpinned

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
GOOD = """\
on: pull_request
permissions: {}
env: {PYTHONPYCACHEPREFIX: /tmp/pycache}
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read # to check the project out
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make check
  preview:
    if: contains(fromJSON(needs.scope.outputs.jobs), 'preview')
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: {name: dev-preview, deployment: false}
    permissions:
      id-token: write # to sign in
    steps:
      - uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
        with:
          role-to-assume: ${{ vars.AWS_ROLE_ARN }}
          allowed-account-ids: ${{ vars.AWS_ACCOUNT_ID }}
          mask-aws-account-id: true
      - uses: actions/cache/restore@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5
      - run: .venv/bin/python -m program.cli preview "$STACK" --format markdown >> "$GITHUB_STEP_SUMMARY"
  apply:
    if: contains(fromJSON(needs.scope.outputs.jobs), 'apply')
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: dev
    concurrency: {group: stack-dev, cancel-in-progress: false, queue: max}
    permissions:
      id-token: write # to sign in
    steps:
      - run: .venv/bin/python -m program.cli apply "$STACK" --bundle bundle
"""
PREVIEW_IF = "    if: contains(fromJSON(needs.scope.outputs.jobs), 'preview')\n"
QUEUE = "    concurrency: {group: stack-dev, cancel-in-progress: false, queue: max}\n"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_workflow_keeps_to_the_rules(file):
    assert list(problems(file.read_text())) == []


@pytest.mark.parametrize("file", ACTIONS, ids=lambda file: file.parent.name)
def test_every_action_of_ours_pins_what_it_uses(file):
    assert list(unpinned(file.read_text())) == []


def test_a_workflow_that_keeps_to_the_rules_has_no_problem():
    assert list(problems(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("permissions: {}\n", "permissions: read-all\n", "permissions at the top are not {}"),
        ("/tmp/pycache", "pycache", "what Python compiled may lie in the checkout"),
        ("on: pull_request", "on: pull_request_target", "it runs with credentials on what a fork sends"),
        ("on: pull_request", "on: {workflow_run: {workflows: [x]}}", "it runs with credentials on what a fork sends"),
        ("on: pull_request", "on: issue_comment", "it runs with credentials on what a fork sends"),
        ("${{ vars.AWS_ROLE_ARN }}", "${{ secrets.ROLE }}", "it uses a secret"),
        ("timeout-minutes: 5\n    perm", "continue-on-error: true\n    perm", "it goes on after an error"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "not pinned by commit"),
        (" # v7.0.1", "", "not pinned by commit"),
        ("    permissions:\n      contents: read # to check the project out\n", "", "has no permissions of its own"),
        (" # to check the project out", "", "contents: read has no reason beside it"),
        ("    timeout-minutes: 5\n    permissions", "    permissions", "job check: has no time limit"),
        ("persist-credentials: false", "fetch-depth: 0", "checkout keeps its credentials"),
        ("run: make check", "run: make ${{ github.head_ref }}", "an expression stands in run:"),
        ("run: make check", "run: make check || true", "a step is not one command of ours"),
        ("run: make check", "run: |\n          make check\n          make test", "a step is not one command of ours"),
        ("run: make check", "run: curl https://example.com/install.sh", "a step is not one command of ours"),
        ("    environment: dev\n", "", "job apply: may sign in without an environment"),
        ("role-to-assume: ${{ vars.AWS_ROLE_ARN }}", "x: y", "signs in without role-to-assume"),
        ("allowed-account-ids: ${{ vars.AWS_ACCOUNT_ID }}", "x: y", "signs in without allowed-account-ids"),
        ("mask-aws-account-id: true", "x: y", "signs in without mask-aws-account-id"),
        (", deployment: false", "", "only reads, and says that it deploys"),
        ("program.cli preview", "program.cli sweep", "changes the cloud with a role that only reads"),
        ("actions/cache/restore@", "actions/cache@", "restores and saves a cache at once"),
        ("actions/cache/restore@", "actions/cache/save@", "saves a cache"),
        (QUEUE, "", "writes a stack outside the stack's queue"),
        ("group: stack-dev", "group: others", "writes a stack outside the stack's queue"),
        (", queue: max", "", "is displaced by a newer writer of the stack"),
        ("cancel-in-progress: false", "cancel-in-progress: true", "is cut off by a newer run"),
        (
            "permissions: {}\n",
            "permissions: {}\nconcurrency: {group: x, cancel-in-progress: true}\n",
            "is cut off by a newer run",
        ),
        (PREVIEW_IF, "", "job preview: runs for forks, with id-token: write"),
    ],
    ids=[
        *("top", "compiled", "target", "run", "comment", "secret", "error", "tag", "version", "job", "reason", "time"),
        *("credentials", "expression", "logic", "two commands", "not ours", "no environment", "role", "account"),
        *("mask", "deployment", "reader writes", "cache", "save", "no queue", "other queue", "displaced", "cut off"),
        *("whole cut off", "fork"),
    ],
)
def test_a_workflow_that_breaks_a_rule_is_found(old, new, problem):
    assert old in GOOD

    found = list(problems(GOOD.replace(old, new, 1)))

    assert any(problem in line for line in found), found


def jobs_of(name):
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text())["jobs"]


def test_the_gate_waits_for_every_other_job_and_always_reports():
    jobs = jobs_of("pull-request")

    assert jobs["gate"]["if"] == "always()"
    assert sorted(jobs["gate"]["needs"]) == sorted(set(jobs) - {"gate"})


def test_the_gate_reckons_itself_what_had_to_run():
    jobs = jobs_of("pull-request")
    (scope,) = [step for step in jobs["scope"]["steps"] if step.get("id") == "scope"]
    gate = jobs["gate"]["steps"][-1]

    assert scope["env"].items() <= gate["env"].items(), "give the gate all that the scope goes by"


def test_the_gate_knows_every_job_that_can_be_asked_for():
    asked = {
        job
        for review_stacks in REVIEW_STACKS
        for number in (None, 7)
        for job in decide(
            Event(name="pull_request", actor="dana", number=number, label="review-stack"),
            backend="s3://state",
            review_stacks=review_stacks,
        ).jobs
    }

    # `check` is asked for by how many stacks there are, the others by the event.
    assert {*asked, "check", "scope", "gate"} == set(jobs_of("pull-request"))


AUTHOR = "github.event.pull_request.user.login != 'dependabot[bot]'"


def test_no_label_but_its_own_starts_anything_and_that_only_a_review_stack():
    triggers = {file.stem: yaml.safe_load(file.read_text())[True] for file in WORKFLOWS}
    started = [name for name, on in triggers.items() if "labeled" in str((on or {}).get("pull_request", ""))]
    job = jobs_of("review-stack")["review"]

    assert started == ["review-cleanup", "review-stack"], "labeled and unlabeled start these workflows"
    assert triggers["review-cleanup"]["pull_request"]["types"] == ["closed", "unlabeled"]
    assert "github.event.action == 'labeled' && github.event.label.name == 'review-stack'" in job["if"]
    assert "vars.REVIEW_STACKS == 'label'" in job["if"]
    assert job["uses"] == "./.github/workflows/pull-request.yml"


def test_a_pushed_commit_takes_the_label_off_with_code_of_main():
    job = jobs_of("review-stack")["unlabel"]

    assert "github.event.action == 'synchronize'" in job["if"]
    assert job["steps"][0]["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert job["steps"][-1]["run"].endswith('unlabel --pull-request "$NUMBER"')


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_who_wrote_a_pull_request_is_asked_wherever_it_is_asked_who_caused_the_event(file):
    conditions = [line for line in file.read_text().splitlines() if "github.actor" in line]

    assert [line for line in conditions if AUTHOR not in line] == [], (
        f"a person who labels Dependabot's pull request is its actor: ask {AUTHOR} beside it, on the same line"
    )


def test_a_run_is_cut_off_by_a_newer_one_only_where_there_are_no_review_stacks():
    workflow = yaml.safe_load((FOLDER / "pull-request.yml").read_text())

    cancel = workflow["concurrency"]["cancel-in-progress"]
    assert cancel == "${{ vars.REVIEW_STACKS == '' || vars.REVIEW_STACKS == 'off' }}"


def test_every_stage_has_a_job_that_waits_for_the_one_before():
    jobs = jobs_of("deploy")
    stages = [name for name in jobs if name.startswith("stage-")]
    scope = next(step["run"] for step in jobs["scope"]["steps"] if step.get("id") == "scope")

    assert len(limits().environments) <= len(stages)
    assert f"--stages {len(stages)} " in scope
    assert [set(jobs[name]["needs"]) - {"scope"} for name in stages[1:]] == [{name} for name in stages[:-1]]
    for name in stages:
        assert jobs[name]["if"] == f"needs.scope.outputs.{name} != ''"
        assert jobs[name]["strategy"]["matrix"] == f"${{{{ fromJSON(needs.scope.outputs.{name}) }}}}"
        assert jobs[name]["with"] == jobs[stages[0]]["with"]


def test_no_workflow_names_an_environment():
    names = "|".join(limits().environments)
    for file in [*WORKFLOWS, *ACTIONS]:
        assert not re.search(rf"\b({names})\b", file.read_text()), file


def test_the_cli_is_the_release_of_the_sdk():
    action = (ROOT / ".github/actions/setup/action.yml").read_text()
    (locked,) = re.findall(r"^pulumi==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert re.findall(r"pulumi-version: (\S+)", action) == [locked], "install the CLI of the SDK in requirements.txt"


def test_zizmor_finds_nothing():
    zizmor = Path(sys.executable).with_name("zizmor")

    done = subprocess.run(
        [zizmor, "--quiet", "--offline", "--persona=auditor", ".github"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
