import pytest

from program.errors import CouldNotRunError
from program.github.context import context_of, run_url

RUNNER = {
    "GITHUB_TOKEN": "ghs_secret",
    "GITHUB_REPOSITORY": "octo/parity",
    "GITHUB_API_URL": "https://github.example/api/v3",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_RUN_ID": "77",
}


def test_a_runner_says_where_it_is():
    context = context_of(RUNNER)

    assert (context.repository, context.api_url) == ("octo/parity", "https://github.example/api/v3")
    assert run_url(RUNNER) == "https://github.example/octo/parity/actions/runs/77"


def test_the_token_is_in_no_text_of_the_context():
    assert "ghs_secret" not in repr(context_of(RUNNER))


def test_without_addresses_it_is_the_public_github():
    context = context_of({"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "octo/parity"})

    assert context.api_url == "https://api.github.com"
    assert run_url({"GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "1"}) == "https://github.com/o/r/actions/runs/1"


def test_outside_a_run_there_is_no_address():
    assert run_url({"GITHUB_REPOSITORY": "octo/parity"}) is None


def test_what_is_missing_is_named_with_the_line_that_gives_it():
    with pytest.raises(CouldNotRunError) as caught:
        context_of({})

    assert str(caught.value) == (
        "GITHUB_TOKEN and GITHUB_REPOSITORY not set: on a runner, give the step"
        " `env: GITHUB_TOKEN: ${{ github.token }}`"
    )


def test_a_repository_has_an_owner():
    with pytest.raises(CouldNotRunError, match=r"GITHUB_REPOSITORY is 'parity'; it is owner/name"):
        context_of(RUNNER | {"GITHUB_REPOSITORY": "parity"})
