"""Every workflow keeps to the rules, and each rule is proved by a workflow that breaks it."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from program.stackfile import ROOT
from tests.workflows.rules import problems

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GOOD = """\
on: pull_request
permissions: {}
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
"""


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_workflow_keeps_to_the_rules(file):
    assert list(problems(file.read_text())) == []


def test_a_workflow_that_keeps_to_the_rules_has_no_problem():
    assert list(problems(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("permissions: {}\n", "permissions: read-all\n", "permissions at the top are not {}"),
        ("on: pull_request", "on: pull_request_target", "it runs with credentials on what a fork sends"),
        ("on: pull_request", "on: {workflow_run: {workflows: [x]}}", "it runs with credentials on what a fork sends"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "not pinned by commit"),
        (" # v7.0.1", "", "not pinned by commit"),
        ("    permissions:\n      contents: read # to check the project out\n", "", "has no permissions of its own"),
        (" # to check the project out", "", "contents: read has no reason beside it"),
        ("    timeout-minutes: 5\n", "", "has no time limit"),
        ("persist-credentials: false", "fetch-depth: 0", "checkout keeps its credentials"),
        ("run: make check", "run: echo ${{ github.head_ref }}", "an expression stands in run:"),
    ],
    ids=["top", "target", "run", "tag", "version", "job", "reason", "time", "credentials", "expression"],
)
def test_a_workflow_that_breaks_a_rule_is_found(old, new, problem):
    assert old in GOOD

    found = list(problems(GOOD.replace(old, new)))

    assert any(problem in line for line in found), found


def test_the_gate_waits_for_every_other_job_and_always_reports():
    jobs = yaml.safe_load((ROOT / ".github/workflows/pull-request.yml").read_text())["jobs"]

    assert jobs["gate"]["if"] == "always()"
    assert sorted(jobs["gate"]["needs"]) == sorted(set(jobs) - {"gate"})


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
