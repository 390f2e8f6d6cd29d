"""A pull request with changed files, and whether a pull request is open, of a real server."""

import pytest
from click.testing import CliRunner

from program.cli.image import image
from program.cli.unlabel import unlabel
from program.errors import CouldNotRunError
from program.github.context import Context
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from program.workflow.pulls import PullRequests
from tests.program.github import server
from tests.program.github.state import empty, issue, pull_request
from tests.program.workflow.local_git import GitRoutes

DIGEST = "sha256:" + "a" * 64
SHA = "5e1f" * 10
BRANCH = "image/" + "a" * 12
MAY = {"contents": "write", "issues": "read", "pull-requests": "write"}


@pytest.fixture
def github(monkeypatch):
    """Return a function that starts a GitHub with the state."""
    monkeypatch.setattr(server, "Routes", GitRoutes)
    with server.LocalGitHub(empty(permissions=MAY)) as running:
        yield running


def pulls(github):
    context = Context(repository="octo/parity", token="a token", api_url=github.url)
    return PullRequests(context, between_writes=0)


def propose(github, **others):
    environment = {
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "octo/parity",
        "GITHUB_SHA": SHA,
        "GITHUB_TOKEN": "a token",
    }
    done = CliRunner().invoke(image, [DIGEST, "--propose"], env=environment | others, catch_exceptions=False)
    assert done.exit_code == 0
    return done


def test_an_image_is_proposed_for_every_stack_in_one_commit(github):
    before = {path: path.read_bytes() for path in (ROOT / "stacks").glob("*.yaml")}

    done = propose(github)

    files = GitRoutes(github.state, "", {}, {}).files(BRANCH)
    (commit,) = github.state["git"]["commits"].values()
    (tree,) = github.state["git"]["trees"].values()
    (pull,) = github.state["pulls"]
    assert done.stdout == "https://github.example/octo/parity/pull/1\n"
    assert sorted(files) == [
        ".github/review-stack.yaml",
        *(f"stacks/Pulumi.{stack}.yaml" for stack in stack_names(ROOT, SERVICE)),
    ]
    assert all(text.count(DIGEST) == 1 for text in files.values())
    assert commit["parents"] == [SHA]
    assert tree["base_tree"] == f"tree-of-{SHA}"
    assert (pull["base"], pull["head"], pull["title"]) == ("main", BRANCH, f"The app's image is sha256:{'a' * 12}")
    assert DIGEST in pull["body"]
    assert {path: path.read_bytes() for path in before} == before


def test_an_image_that_was_proposed_is_not_proposed_again(github):
    propose(github)

    done = propose(github)

    assert done.stdout == ""
    assert done.stderr == f"the branch {BRANCH} is there: this image was proposed before\n"
    assert len(github.state["pulls"]) == 1


def test_an_image_that_every_stack_has_is_not_proposed(github):
    text = (ROOT / "stacks" / f"Pulumi.{stack_names(ROOT, SERVICE)[0]}.yaml").read_text()
    there = text[text.index("sha256:") :].split()[0]

    done = CliRunner().invoke(image, [there, "--propose"], env={"GITHUB_API_URL": github.url})

    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing to propose" in done.stderr
    assert github.state["requests"] == []


def test_without_its_commit_nothing_is_proposed(github):
    with pytest.raises(CouldNotRunError, match="GITHUB_SHA is not set"):
        propose(github, GITHUB_SHA="")


def test_without_the_right_to_write_it_says_which_is_missing(github):
    github.state["permissions"]["contents"] = "read"

    with pytest.raises(CouldNotRunError, match=r"add `contents: write` to the job's `permissions:`"):
        propose(github)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_pull_request_is_open_or_not(github, state):
    github.state["issues"].append(pull_request(7) | {"state": state})

    with pulls(github) as client:
        assert client.is_open(7) is (state == "open")


def test_a_pull_request_that_cannot_be_seen_is_not_taken_for_closed(github):
    github.state["issues"].append(issue(3))

    with pulls(github) as client, pytest.raises(CouldNotRunError, match="refused to look at #7"):
        client.is_open(7)


@pytest.mark.parametrize("labels", [["bug", "review-stack"], ["bug"]], ids=["is there", "is gone already"])
def test_the_label_of_a_review_stack_goes_with_the_next_push_and_the_others_stay(github, labels):
    github.state["issues"].append(pull_request(7) | {"labels": labels})
    environment = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "octo/parity", "GITHUB_TOKEN": "a token"}

    done = CliRunner().invoke(unlabel, ["--pull-request", "7"], env=environment, catch_exceptions=False)

    assert (done.exit_code, github.state["issues"][0]["labels"]) == (0, ["bug"])
    assert done.stdout == "#7 has no label review-stack any more: set it again to deploy the newest commit\n"
