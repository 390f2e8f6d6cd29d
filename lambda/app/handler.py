"""Answer the app's requests: its health, and one query; every failure is JSON with a code."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from answers import Answer, failure, success
from app_settings import AppSettings, read_settings
from botocore.config import Config
from problems import AppError, MethodNotAllowedError, NotFoundError
from secret_cache import Client, SecretCache
from secure_postgres import Address, PostgresError, tls_context
from session import Session

_CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
_QUERY = """
SELECT current_user::text, current_database()::text, current_setting('server_version'),
       (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app of one environment and its one session with the database."""

    environment: str
    session: Session

    def health(self) -> Answer:
        """Say that the database answers, to the credential that the rotation keeps."""
        self.session.read("SELECT 1")
        return success({"environment": self.environment})

    def query(self) -> Answer:
        """Say what the database says of this session."""
        ((user, database, version, tls),) = self.session.read(_QUERY)
        answer = {"user": user, "name": database, "serverVersion": version, "tls": tls}
        return success({"environment": self.environment, "database": answer})


ROUTES: Mapping[str, Callable[[App], Answer]] = {"/health": App.health, "/query": App.query}


def handle(event: Mapping[str, object], context: object) -> Answer:  # noqa: ARG001
    """Answer a function URL, an HTTP API, a REST API, or `{"path": "/health"}`; Lambda calls this."""
    return respond(event, _app)


def respond(event: Mapping[str, object], app: Callable[[], App]) -> Answer:
    """Return the answer to the event; the log tells each failure in a line."""
    try:
        route = _route(event)
        return route(app())
    except Exception as error:  # noqa: BLE001 (a caller gets JSON whatever happens)
        answer = failure(error)
        _log(error, answer)
        return answer


def make_app(settings: AppSettings, client: Client, clock: Callable[[], float] = time.monotonic) -> App:
    """Return an app of its own, with neither credential nor connection yet."""
    address = Address(
        host=settings.host, port=settings.port, database=settings.database, tls=tls_context(settings.bundle)
    )
    secret = SecretCache(client, settings.secret_arn, settings.secret_ttl_seconds, clock)
    return App(environment=settings.environment, session=Session(address, secret))


@functools.cache
def _app() -> App:
    # Not at import: a broken environment gets an answer like any other failure.
    return make_app(read_settings(os.environ), boto3.client("secretsmanager", config=_CLIENT_CONFIG))


def _route(event: Mapping[str, object]) -> Callable[[App], Answer]:
    path = event.get("rawPath") or event.get("path")
    route = ROUTES.get(path) if isinstance(path, str) else None
    if route is None:
        raise NotFoundError(f"there is nothing at this path; {' and '.join(ROUTES)} are served")
    if _method(event) not in ("GET", "HEAD"):
        raise MethodNotAllowedError("only GET is answered")
    return route


def _method(event: Mapping[str, object]) -> object:
    request = event.get("requestContext")
    http = request.get("http") if isinstance(request, dict) else None
    named = http.get("method") if isinstance(http, dict) else event.get("httpMethod")
    return named or "GET"


def _log(error: Exception, answer: Answer) -> None:
    known = isinstance(error, AppError | PostgresError)
    line = {
        "level": "WARNING" if known else "ERROR",
        "status": answer["statusCode"],
        "code": error.code if isinstance(error, AppError | PostgresError) else "internal",
        "message": str(error) if known else _where(error),
        "sqlstate": getattr(error, "sqlstate", None),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _where(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{place}"
