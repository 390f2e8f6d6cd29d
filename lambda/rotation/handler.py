"""Answer Secrets Manager's calls: see that each is one of this secret's rotation, take the step, tell how it went."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from anchors import Anchors, read_anchors
from botocore.config import Config
from database import Database
from failures import EventError, InternalError, RotationDisabledError, RotationError, SecretMissingError
from secure_postgres import PostgresError
from steps import STEPS, Rotation
from telemetry import Telemetry, one_line, secret_name
from vault import PENDING, Vault

_TOKEN_LENGTHS = range(32, 65)
_CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that is outside of the function: its environment, Secrets Manager, the database."""

    anchors: Anchors
    vault: Vault
    database: Database


def handle(event: Mapping[str, object], context: object) -> None:  # noqa: ARG001
    """Take one step of a rotation; Lambda calls this."""
    rotate(event, telemetry(os.environ))


def rotate(event: Mapping[str, object], log: Telemetry, world: World | None = None) -> None:
    """Take the step that the event asks for, and log it; a failure is logged and raised, so that AWS tries again."""
    step, token = one_line(str(event.get("Step"))), str(event.get("ClientRequestToken"))
    try:
        outcome = _take(event, world or _world())
    except (RotationError, PostgresError) as error:
        sqlstate = getattr(error, "sqlstate", None)
        log.failed(step, token, code=error.code, message=str(error), sqlstate=sqlstate)
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, it is logged and raised)
        bug = InternalError(_where(error))
        log.failed(step, token, code=bug.code, message=str(bug), sqlstate=None)
        # The error's own words might hold anything, and Lambda logs all that is raised.
        raise bug from None
    log.succeeded(step, token, outcome)


def telemetry(environment: Mapping[str, str]) -> Telemetry:
    """Return the log of a function with that environment, which may be wrong."""
    return Telemetry(
        stream=sys.stdout,
        clock=lambda: time.time_ns() // 1_000_000,
        environment=environment.get("ENVIRONMENT_NAME", "unknown"),
        secret=secret_name(environment.get("SECRET_ARN", "")),
    )


def _take(event: Mapping[str, object], world: World) -> str:
    step, token = event.get("Step"), event.get("ClientRequestToken")
    if not isinstance(step, str) or step not in STEPS:
        raise EventError(f"Step is not one of {', '.join(STEPS)}")
    if not isinstance(token, str) or len(token) not in _TOKEN_LENGTHS:
        raise EventError("ClientRequestToken is no version of a secret")
    if event.get("SecretId") != world.anchors.secret_arn:
        raise EventError("SecretId is not the ARN of the secret that this function is deployed for")
    state = world.vault.state()
    if state.deleted:
        raise SecretMissingError("the secret is marked for deletion; restore it or deploy anew")
    if not state.rotation_enabled:
        raise RotationDisabledError("rotation is off for this secret; nothing is rotated")
    if token not in state.stages:
        raise EventError("ClientRequestToken is no version of this secret")
    # After a rotation that ended, its steps may be asked for again; finishing it twice mends a label left behind.
    if state.current() == token and step != "finishSecret":
        return "already-finished"
    if state.current() != token and PENDING not in state.stages[token]:
        raise EventError(f"ClientRequestToken is not the {PENDING} version of this secret")
    return STEPS[step](Rotation(version=token, anchors=world.anchors, vault=world.vault, database=world.database))


@functools.cache
def _world() -> World:
    # Not at import: a broken environment is to be logged like any other failure.
    anchors = read_anchors(os.environ)
    client = boto3.client("secretsmanager", config=_CLIENT_CONFIG)
    return World(anchors=anchors, vault=Vault(client, anchors), database=Database(anchors))


def _where(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{place}"
