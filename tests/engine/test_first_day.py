"""The first day: the commands of SETTING-UP.md from an empty folder to the first pull request, each of them run."""

import boto3
import pytest

from program.project.definition import ROOT
from tests.documented import blocks, commands, up_to
from tests.engine.first_day.world import a_world
from tests.engine.harness import needs_pulumi, needs_the_double
from tests.engine.test_bootstrap import ACCOUNT, REGION, RIGHTS, aws
from tests.program.github import server
from tests.program.github.state import empty
from tests.program.workflow.local_git import GitRoutes
from tests.test_adopting import an_environment_in_two_regions

__all__ = ["aws"]
pytestmark = [*needs_pulumi, needs_the_double]
GUIDE = (ROOT / ".github" / "SETTING-UP.md").read_text()
TYPED = up_to(GUIDE, "gh pr create")
MOST_COMMANDS = 10
IN_WORDS = {8: "Eight", 9: "Nine", 10: "Ten"}
REPOSITORY, ITS_NUMBER = "octo/orders", 4242
BUCKET = f"orders-state-{ACCOUNT}"
# Where the guide has a person open an editor, ask, or answer.
ANSWERS = {"./parity bootstrap": "y\n"}


@pytest.fixture
def world(tmp_path, aws, monkeypatch):
    """Return an empty folder, before which a person has a repository and an account."""
    monkeypatch.setattr(server, "Routes", GitRoutes)
    given = {"region_name": REGION, "endpoint_url": aws, "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    # The double makes the foundation in a cloud of its own; the CLI finds its bucket and its keys here.
    boto3.client("s3", **given).create_bucket(Bucket=BUCKET)
    kms = boto3.client("kms", **given)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    for environment in ("dev", "qa", "staging", "prod"):
        kms.create_alias(AliasName=f"alias/prod-orders-secrets-{environment}-key-main", TargetKeyId=key)
    state = empty(repository=REPOSITORY, repository_id=ITS_NUMBER, permissions=RIGHTS | {"pull-requests": "write"})
    with (
        server.LocalGitHub(state) as github,
        a_world(tmp_path, repository=REPOSITORY, aws=aws, account=ACCOUNT, github=github) as made,
    ):
        yield made


def edited(world) -> None:
    """Do what the guide leaves to an editor: here the account is the template's, and the repository has its number."""
    file = world.folder / "stacks/foundation/Pulumi.main.yaml"
    text = file.read_text()
    assert 'repositoryId: "100000000"' in text
    file.write_text(text.replace('repositoryId: "100000000"', f'repositoryId: "{ITS_NUMBER}"'))


def a_region_more(world) -> None:
    """Follow the runbook: an environment in two regions, then its two commands."""
    runbook = (ROOT / ".github" / "RUNBOOKS.md").read_text()
    typed = next(block for block in blocks(runbook) if "./parity bootstrap" in commands(block))
    an_environment_in_two_regions(world.folder)
    assert world.types("git add --all").code == 0

    done = world.types(typed, answer="y\n")

    assert done.code == 0, done.output
    for stack in ("qa", "qa-north"):
        assert f"{stack}: made in the backend, empty as yet" in done.stdout
        text = (world.folder / f"stacks/Pulumi.{stack}.yaml").read_text()
        assert text.startswith("secretsprovider: awskms://alias/prod-orders-secrets-qa-key-main"), "it has a key"
    made = (world.folder.parent / f"cloud-{REGION}.json").read_text()
    assert "qa-north-preview" in made, "and its environments in GitHub"


def test_a_person_types_at_most_ten_commands():
    typed = [command for block in TYPED for command in commands(block)]

    assert typed[0].startswith("git clone"), "it begins in an empty folder"
    assert len(typed) <= MOST_COMMANDS, typed
    said = f"{IN_WORDS[len(typed)]} commands lead to the first pull request"
    assert said in " ".join(GUIDE.split()), f"SETTING-UP.md must say: {said}"


def test_from_an_empty_folder_to_the_first_pull_request_by_the_commands_of_the_guide(world):
    assert list(world.folder.iterdir()) == []

    for block in TYPED:
        answer = "".join(ANSWERS.get(command, "") for command in commands(block))
        done = world.types(block, answer=answer)
        assert done.code == 0, f"{block}\n{done.output[-5000:]}"
        if "./parity init" in block:
            edited(world)

    assert "uv pip sync" in (world.folder.parent / "notes").read_text(), "make set the environment up"
    (pull,) = world.github.state["pulls"]
    assert pull == {"title": "Set up", "head": "first", "base": "main"}
    assert "secretsprovider: awskms://" in world.pushed("first", "stacks/Pulumi.dev.yaml"), "the keys are in it"
    assert "linux" in world.pushed("first", ".github/tools.json"), "and the digests"
    assert world.pushed("first", "tests/example/README.md").startswith("# parity"), "and what init kept"
    assert world.types("git status --porcelain").stdout == "", "and nothing is left out"
    for name in ("dev", "staging", "prod"):  # the day after
        done = world.types(f"./parity preview network/{name}")
        assert done.code == 0, done.output
        assert done.stdout.startswith(f"NO CHANGE  network/{name}: "), "they are deployed, their state is in the bucket"
    a_region_more(world)
    done = world.types("./parity destroy network/dev --confirm network/dev")
    assert done.code == 0, done.output
