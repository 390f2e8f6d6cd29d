"""One account more: prod in an account of its own, with a foundation of its own, as the runbook says."""

import shutil

import pytest

from program.project.definition import ROOT
from tests.engine.test_bootstrap import ACCOUNT, aws
from tests.program.cli.running import change, copy_of_the_project, run

__all__ = ["aws"]
CLEAN, COULD_NOT_RUN = 0, 3
SECOND = "444455556666"
FOUNDATION = "stacks/foundation/Pulumi.main.yaml"


@pytest.fixture
def root(tmp_path):
    root = copy_of_the_project(tmp_path)
    shutil.copytree(ROOT / ".github", root / ".github")
    for name, account in (("dev", ACCOUNT), ("staging", ACCOUNT), ("prod", SECOND)):
        change(root, "policies/environments.yaml", f"\n  {name}:\n", f'\n  {name}:\n    account: "{account}"\n')
    first = (root / FOUNDATION).read_text()
    second = first.replace(ACCOUNT, SECOND)
    (root / "stacks/foundation/Pulumi.second.yaml").write_text(second)
    return root


def test_the_check_passes_with_two_accounts(root):
    done = run("check", root=root)

    assert done.returncode == CLEAN, done.stdout + done.stderr
    assert "foundation/second" in done.stdout


def test_the_second_accounts_foundation_asks_for_that_accounts_credentials(root, aws):
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": aws}
    done = run("bootstrap", "foundation/second", root=root, GITHUB_TOKEN="", **keys)

    assert done.returncode == COULD_NOT_RUN
    assert f"the credentials are of account {ACCOUNT}, the foundation's stack file names {SECOND}" in done.stderr
    assert "GITHUB_TOKEN is not set" in done.stderr
