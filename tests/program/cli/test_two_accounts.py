"""One account more: a new environment in an account of its own, on a foundation of its own, as the runbook says."""

import shutil

import pytest

from program.project.definition import ROOT
from tests.engine.test_bootstrap import ACCOUNT, aws
from tests.program.cli.running import change, copy_of_the_project, run

__all__ = ["aws"]
CLEAN, COULD_NOT_RUN = 0, 3
SECOND, REGION = "444455556666", "eu-west-1"
LIMITS, FOUNDATION = "policies/environments.yaml", "stacks/foundation/Pulumi.main.yaml"


def moved(text: str) -> str:
    """Return dev's text for qa, in its own account and region."""
    text = text.replace("environment: dev", "environment: qa").replace("networking-stack/dev", "networking-stack/qa")
    # A foundation is protected, and no two networks have one range.
    text = text.replace("[ephemeral]", "[ephemeral, protected]").replace("10.0.0.0/16", "10.3.0.0/16")
    return text.replace(ACCOUNT, SECOND).replace("us-east-2", REGION)


def add_the_second(root) -> None:
    """Write what the runbook says: the environment, its two stacks, and a foundation of its own."""
    text = (root / LIMITS).read_text()
    block = text[text.index("  dev:\n") : text.index("  staging:\n")]
    of_qa = moved(block.replace("  dev:\n", f'  qa:\n    account: "{SECOND}"\n'))
    (root / LIMITS).write_text(text.replace("  staging:\n", f"{of_qa}  staging:\n", 1).replace("[dev,", "[dev, qa,"))
    for name in ("dev", "staging", "prod"):
        change(root, LIMITS, f"\n  {name}:\n", f'\n  {name}:\n    account: "{ACCOUNT}"\n')
    for folder in ("stacks", "stacks/network"):
        of_dev = (root / folder / "Pulumi.dev.yaml").read_text()
        (root / folder / "Pulumi.qa.yaml").write_text(moved(of_dev))
    change(root, FOUNDATION, "    - staging team", "    - qa team 1000001\n    - staging team")
    first = (root / FOUNDATION).read_text().replace("environment: prod", "environment: qa").replace("us-east-1", REGION)
    once = "  foundation:repositorySettings: existing\n"
    (root / "stacks/foundation/Pulumi.second.yaml").write_text(moved(first) + once)


@pytest.fixture
def root(tmp_path):
    root = copy_of_the_project(tmp_path)
    shutil.copytree(ROOT / ".github", root / ".github")
    add_the_second(root)
    return root


def test_the_check_passes_with_two_accounts(root):
    done = run("check", root=root)

    assert done.returncode == CLEAN, done.stdout + done.stderr
    assert "PASSED  10 stacks of 3 projects match" in done.stdout, "each foundation is made of what stands on it"


def test_the_second_accounts_foundation_asks_for_that_accounts_credentials(root, aws):
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": aws}
    done = run("bootstrap", "foundation/second", root=root, GITHUB_TOKEN="", **keys)

    assert done.returncode == COULD_NOT_RUN
    assert f"the credentials are of account {ACCOUNT}, the foundation's stack file names {SECOND}" in done.stderr
    assert "GITHUB_TOKEN is not set" in done.stderr
