"""What GitHub says against managing a repository with a token: each thing in one line, before anything is made."""

import pytest

from program.errors import CouldNotRunError
from program.github.context import Context
from program.github.rights import repository_problems
from tests.program.github.server import LocalGitHub
from tests.program.github.state import empty

RIGHTS = {"actions": "read", "issues": "write", "variables": "write", "administration": "write"}


@pytest.fixture
def github():
    with LocalGitHub(empty(permissions=dict(RIGHTS))) as server:
        yield server


def problems(github, repository="octo/parity", wanted="100000000", token="of-the-tests"):
    return list(repository_problems(Context(repository=repository, token=token, api_url=github.url), wanted))


def test_an_administrators_token_with_every_right_has_nothing_against_it(github):
    assert problems(github) == []


def test_another_repository_another_id_and_no_administrator_are_told(github):
    (unknown,) = problems(github, repository="octo/other")
    assert unknown.startswith("GitHub has no repository octo/other that the token may see")
    github.state["admin"] = False
    other, nobody = problems(github, wanted="7")
    assert "has the id 100000000, the foundation's stack file says 7" in other
    assert nobody == "the token's owner is no administrator of octo/parity; take the token of one"


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (
            "actions",
            "the token may not read environments of octo/parity; give it Actions: read and Environments: write",
        ),
        ("issues", "the token may not read labels of octo/parity; give it Issues: write"),
    ],
)
def test_each_right_that_is_missing_is_named(github, scope, said):
    del github.state["permissions"][scope]

    assert problems(github) == [said]


@pytest.mark.parametrize("path", ["/repos/octo/parity", "/repos/octo/parity/labels"])
def test_what_github_can_not_answer_is_a_failure_to_run(github, path):
    github.state["faults"].append({"method": "GET", "path": path, "status": 422, "message": "no", "times": 9})

    with pytest.raises(CouldNotRunError, match="GitHub answers 422, asked for octo/parity"):
        problems(github)


def test_a_token_that_github_does_not_know_and_a_github_that_is_not_there_are_told(github):
    github.state["faults"].append({"method": "GET", "path": "octo/parity", "status": 401, "message": "no", "times": 1})
    with pytest.raises(CouldNotRunError, match="GitHub doesn't know the token, asked for octo/parity"):
        problems(github)
