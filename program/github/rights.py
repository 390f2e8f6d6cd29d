"""Ask GitHub, before anything is made, whether the repository is the one meant, and what the token may do there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from github import Github, GithubException
from requests import RequestException

from program.errors import CouldNotRunError
from program.github.connection import connected
from program.github.context import Context

# What the foundation manages in a repository, by where GitHub lists it: a fine-grained token needs the right to each
# (https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens).
_NEEDED: Mapping[str, str] = {
    "/environments": "Actions: read and Environments: write",
    "/actions/variables": "Variables: write",
    "/labels": "Issues: write",
    "/rulesets": "Administration: write",
}


def repository_problems(context: Context, wanted_id: str) -> Iterator[str]:
    """Yield in one line each what stands against managing the repository with the token.

    Raises CouldNotRunError when GitHub can't be asked.
    """
    repository, github = context.repository, connected(context)
    try:
        yield from _problems(github, repository, wanted_id)
    except GithubException as error:
        said = "doesn't know the token" if error.status == HTTPStatus.UNAUTHORIZED else f"answers {error.status}"
        raise CouldNotRunError(
            f"GitHub {said}, asked for {repository}: check GITHUB_TOKEN and GITHUB_API_URL"
        ) from None
    except RequestException as error:
        raise CouldNotRunError(f"GitHub can't be asked for {repository}: {type(error).__name__}") from None
    finally:
        github.close()


def _problems(github: Github, repository: str, wanted_id: str) -> Iterator[str]:
    try:
        found = github.get_repo(repository)
    except GithubException as error:
        if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
            raise
        yield (
            f"GitHub has no repository {repository} that the token may see; mend github:owner and repository in the "
            f"foundation's stack file, or let the token see it"
        )
        return
    if str(found.id) != wanted_id:
        yield (
            f"the repository {repository} has the id {found.id}, the foundation's stack file says {wanted_id}; roles "
            f"trust the id: mend repositoryId"
        )
    if found.permissions is None or not found.permissions.admin:
        yield f"the token's owner is no administrator of {repository}; take the token of one"
        return
    for path, right in _NEEDED.items():
        try:
            github.requester.requestJsonAndCheck("GET", f"/repos/{repository}{path}")
        except GithubException as error:
            if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
                raise
            yield f"the token may not read {path[1:]} of {repository}; give it {right}"
