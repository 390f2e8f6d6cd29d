"""Turn what a request comes to into the JSON answer that a function URL, an API or a direct caller gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypedDict

from problems import AppError
from secure_postgres import AuthenticationError, PostgresError, ReadOnlyError, UnreachableError

_RETRY_AFTER_SECONDS = "5"
_UNAVAILABLE = 503
# Trouble that ends by itself, or after the next rotation.
_PASSING = (UnreachableError, AuthenticationError, ReadOnlyError)


class Answer(TypedDict):
    """What Lambda's HTTP callers understand."""

    statusCode: int
    headers: dict[str, str]
    body: str


def success(body: Mapping[str, object]) -> Answer:
    """Answer a request that was met; `status` says to whoever waits for the app that it can stop waiting."""
    return _answer(200, {"status": "ok", **body})


def failure(error: Exception) -> Answer:
    """Answer a request that failed; `status` is `wait` where trying again makes sense, else `failed`."""
    match error:
        case AppError():
            status, code, message = error.status, error.code, str(error)
        case PostgresError():
            status, code, message = (_UNAVAILABLE if isinstance(error, _PASSING) else 500), error.code, str(error)
        case _:
            # What a bug says may hold anything.
            status, code, message = 500, "internal", "the app failed; its log says where"
    return _answer(
        status,
        {
            "status": "wait" if status == _UNAVAILABLE else "failed",
            "error": {"code": code, "message": message},
        },
    )


def _answer(status: int, body: Mapping[str, object]) -> Answer:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    if status == _UNAVAILABLE:
        headers["retry-after"] = _RETRY_AFTER_SECONDS
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
