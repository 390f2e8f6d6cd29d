"""How often and how long a request to GitHub is tried again."""

from __future__ import annotations

import logging
from types import TracebackType

from github import GithubRetry
from urllib3.connectionpool import ConnectionPool
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

# What went wrong is told once, in one line of ours; the library writes lines of its own to stderr.
logging.getLogger("github").setLevel(logging.CRITICAL)

_TRIES = 4
# Seconds; GitHub asks for a minute where it gives no time, and a job that waits is paid for.
_SECONDARY_WAIT = 60
_LONGEST_WAIT = 300
_TRANSIENT = (429, 500, 502, 503, 504)
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_FIRST_SERVER_ERROR = 500


class Patience(GithubRetry):
    """Waits as GitHub says, up to a cap; a POST whose answer was lost may have been done, so it isn't sent again."""

    @classmethod
    def usual(cls, *, backoff: float = 1.0) -> Patience:
        """Return the retries of a job; `backoff` is what the growing waits, in seconds, begin with."""
        return cls(
            total=_TRIES,
            secondary_rate_wait=_SECONDARY_WAIT,
            max_rate_limit_wait=_LONGEST_WAIT,
            retry_after_max=_LONGEST_WAIT,
            status_forcelist=list(_TRANSIENT),
            allowed_methods=_METHODS,
            backoff_factor=backoff,
        )

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002
        """Tell whether the answer is worth another request."""
        if method == "POST" and status_code >= _FIRST_SERVER_ERROR:
            return False
        return super().is_retry(method, status_code, has_retry_after)

    def increment(  # type: ignore[override]  # the base narrows the response's class
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Retry:
        """Return what is left of the patience; raise where a POST broke off after it was sent."""
        if error is not None and method == "POST" and not self._is_connection_error(error):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)  # type: ignore[arg-type]
