"""Turn what GitHub refuses into one line that says what to do; the token is in none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TypeVar

from github import GithubException, RateLimitExceededException
from requests import RequestException

from program.errors import CouldNotRunError

_T = TypeVar("_T")
_TRIES = 3
_LONGEST = 200


class AnswerLostError(CouldNotRunError):
    """GitHub did not say whether it did what it was asked for."""


@contextmanager
def asking(to: str, permission: str) -> Iterator[None]:
    """Ask GitHub `to` do something, which needs the permission (`issues: write`)."""
    try:
        yield
    except GithubException as error:
        raise _failure(error, to, permission) from None
    except RequestException as error:
        raise AnswerLostError(f"GitHub could not be asked to {to}: {_line(type(error).__name__)}") from None


@contextmanager
def gone_is_fine() -> Iterator[None]:
    """Take it that what GitHub doesn't find has been removed already."""
    try:
        yield
    except GithubException as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise


def once(make: Callable[[], _T], find: Callable[[], _T | None]) -> _T:
    """Make a thing exactly once: where an answer is lost, look whether it was made before it is tried again."""
    for _ in range(_TRIES - 1):
        try:
            return make()
        except AnswerLostError:
            if (found := find()) is not None:
                return found
    return make()


def _failure(error: GithubException, to: str, permission: str) -> CouldNotRunError:
    said = f"{error.status} {_line(str(error.message or ''))}".rstrip()
    if error.status == HTTPStatus.UNAUTHORIZED:
        return CouldNotRunError(f"GitHub does not know the token ({said}): check GITHUB_TOKEN and GITHUB_API_URL")
    if isinstance(error, RateLimitExceededException) or error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return CouldNotRunError(f"GitHub could not be asked to {to}: its rate limit is used up ({said}); run it later")
    if error.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        # To a token that may not see a thing, GitHub says that there is no such thing.
        return CouldNotRunError(
            f"GitHub refused to {to} ({said}): add `{permission}` to the job's `permissions:`, if what is named exists"
        )
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AnswerLostError(f"GitHub failed to {to} ({said}); run it again")
    return CouldNotRunError(f"GitHub refused to {to} ({said})")


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
