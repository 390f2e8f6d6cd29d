"""The app's key and its token are where the foundation's drift is looked for, and each rule is proved by a breach."""

import pytest
import yaml

from program.project.definition import ROOT
from tests.workflows.rules import problems

CALLS = """\
on: {schedule: [{cron: "1 1 * * *"}]}
permissions: {}
env: {PYTHONPYCACHEPREFIX: /tmp/pycache}
jobs:
  drift:
    permissions:
      contents: read # to check the project out
    uses: ./.github/workflows/drift-stacks.yml
    secrets:
      FOUNDATION_DRIFT_KEY: ${{ secrets.FOUNDATION_DRIFT_KEY }}
"""
LOOKS = """\
on: {workflow_call: {}}
permissions: {}
env: {PYTHONPYCACHEPREFIX: /tmp/pycache}
jobs:
  drift:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: {name: "${{ matrix.stack }}-drift", deployment: false}
    permissions:
      contents: read # to check the project out
    steps:
      - uses: actions/create-github-app-token@1b10c78c7865c340bc4f6099eb2f838309f1e8c3 # v3.1.1
        id: app
        if: startsWith(matrix.stack, 'foundation/')
        with:
          private-key: ${{ secrets.FOUNDATION_DRIFT_KEY }}
          permission-issues: read
      - run: .venv/bin/python -m program.cli drift "$STACK" --format markdown
        env:
          GITHUB_TOKEN: ${{ steps.app.outputs.token }}
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: ${{ startsWith(matrix.stack, 'foundation/') }}
"""
ELSEWHERE = "gives the app's key to something else than what makes its token"


@pytest.mark.parametrize("text", [CALLS, LOOKS])
def test_a_workflow_that_looks_at_the_foundation_has_no_problem(text):
    assert list(problems(text)) == []


@pytest.mark.parametrize(
    ("text", "old", "new", "problem"),
    [
        (
            CALLS,
            'schedule: [{cron: "1 1 * * *"}]',
            "pull_request: {}",
            "gives the app's key to a run of a pull request",
        ),
        (CALLS, "drift-stacks.yml", "preview-stacks.yml", ELSEWHERE),
        (CALLS, "secrets.FOUNDATION_DRIFT_KEY", "secrets.ANOTHER", "it uses a secret"),
        (
            CALLS,
            "secrets:\n      FOUNDATION_DRIFT_KEY: ${{ secrets.FOUNDATION_DRIFT_KEY }}",
            "secrets: inherit",
            "a secret",
        ),
        (LOOKS, "-drift", "-preview", "makes the app's token outside of an environment of drift"),
        (LOOKS, "        if: startsWith(matrix.stack, 'foundation/')\n", "", "for other stacks than a foundation"),
        (LOOKS, "permission-issues: read", "permission-issues: write", "may do more than read"),
        (LOOKS, "permission-issues: read", "x: y", "may do more than read"),
        (LOOKS, "permission-issues", "owner: octo\n          permission-issues", "for more than this repository"),
        (
            LOOKS,
            "GITHUB_TOKEN: ${{ steps",
            "KEY: ${{ secrets.FOUNDATION_DRIFT_KEY }}\n          GITHUB_TOKEN: ${{ steps",
            ELSEWHERE,
        ),
        (LOOKS, "GITHUB_TOKEN", "ANOTHER", "gives the app's token to something else than a step's environment"),
        (LOOKS, "cli drift", "cli check", "gives the app's token to a step that does not look for drift"),
        (LOOKS, "PULUMI_DISABLE", "X", "lets a plugin run beside the app's token that was not compared"),
    ],
    ids=[
        *("pull request", "another workflow", "another secret", "all secrets", "environment", "every row", "writes"),
        *("all rights", "all repositories", "key in a step", "token elsewhere", "another step", "not compared"),
    ],
)
def test_the_key_anywhere_else_is_found(text, old, new, problem):
    assert old in text

    found = list(problems(text.replace(old, new, 1)))

    assert any(problem in line for line in found), found


def test_the_job_that_has_the_token_compares_the_plugin_that_uses_it_before():
    steps = yaml.safe_load((ROOT / ".github/workflows/drift-stacks.yml").read_text())["jobs"]["drift"]["steps"]
    action = yaml.safe_load((ROOT / ".github/actions/setup/action.yml").read_text())
    (comparing,) = [step for step in action["runs"]["steps"] if step.get("if") == "inputs.github == 'true'"]
    (cache,) = [step for step in action["runs"]["steps"] if str(step.get("uses", "")).startswith("actions/cache/")]
    setup, maker = (
        next(number for number, step in enumerate(steps) if str(step.get("uses", "")).startswith(used))
        for used in ("./.github/actions/setup", "actions/create-github-app-token@")
    )

    assert comparing["run"].endswith("tools --install --plugin github")
    assert steps[setup]["with"]["github"] == "${{ startsWith(matrix.stack, 'foundation/') }}"
    assert setup < maker
    assert "inputs.github != 'true'" in cache["if"], "a plugin of another version could come from there"
