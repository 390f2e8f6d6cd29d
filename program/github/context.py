"""Where a command runs: what a runner's environment says of the repository and of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from program.errors import CouldNotRunError

_API = "https://api.github.com"
_SERVER = "https://github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One repository, and the token that speaks for the job; the token is in no text of this object."""

    repository: str
    token: str = field(repr=False)
    api_url: str = _API


def context_of(environ: Mapping[str, str]) -> Context:
    """Return the context; a variable that is missing is a failure to run."""
    missing = [name for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY") if not environ.get(name)]
    if missing:
        raise CouldNotRunError(
            f"{' and '.join(missing)} not set: on a runner, give the step `env: GITHUB_TOKEN: ${{{{ github.token }}}}`"
        )
    repository = environ["GITHUB_REPOSITORY"]
    if repository.count("/") != 1:
        raise CouldNotRunError(f"GITHUB_REPOSITORY is {repository!r}; it is owner/name")
    return Context(repository=repository, token=environ["GITHUB_TOKEN"], api_url=environ.get("GITHUB_API_URL") or _API)


def run_url(environ: Mapping[str, str]) -> str | None:
    """Return the address of the workflow run, None outside one."""
    repository, run = environ.get("GITHUB_REPOSITORY"), environ.get("GITHUB_RUN_ID")
    if not repository or not run:
        return None
    return f"{environ.get('GITHUB_SERVER_URL') or _SERVER}/{repository}/actions/runs/{run}"
