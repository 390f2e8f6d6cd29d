"""Read a version of the secret: JSON that must name this database and this role, with a password or, at first, none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from anchors import Anchors
from failures import SecretFormatError

ENGINES = ("aurora-postgresql", "postgres")
# What SCRAM would have to normalise, and what no client can type, is refused; 41 is the most that RDS takes.
LONGEST_PASSWORD = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One version of the secret; the password stays out of every repr."""

    password: str | None = field(repr=False)
    document: Mapping[str, object] = field(repr=False)

    def with_password(self, password: str) -> str:
        """Return the JSON of the same credential with another password, every other key as it was."""
        return json.dumps({**self.document, "password": password})


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterCredential:
    """What RDS keeps in the secret that it manages for the cluster."""

    username: str
    password: str = field(repr=False)


def read_credential(text: str, stage: str, anchors: Anchors) -> Credential:
    """Return the credential of that stage if it is for the database and role that the function is for."""
    document = _object(text, stage)
    if document.get("engine") not in ENGINES:
        raise SecretFormatError(f"{stage}: engine is missing or not one of {', '.join(ENGINES)}")
    expected: dict[str, object] = {
        "host": anchors.host,
        "port": anchors.port,
        "dbname": anchors.database,
        "username": anchors.username,
    }
    for key, value in expected.items():
        _agree(document, key, value, stage)
    password = document.get("password")
    if password is not None:
        _check_password(password, stage)
    return Credential(password=str(password) if password is not None else None, document=document)


def read_master(text: str) -> MasterCredential:
    """Return the master credential; RDS writes it, so only its shape is looked at."""
    document = _object(text, "master secret")
    username, password = document.get("username"), document.get("password")
    if not (isinstance(username, str) and username and isinstance(password, str) and password):
        raise SecretFormatError("master secret: username or password is missing or no text")
    return MasterCredential(username=username, password=password)


def _object(text: str, stage: str) -> dict[str, object]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise SecretFormatError(f"{stage}: the secret is no JSON object") from None
    return document


def _agree(document: Mapping[str, object], key: str, expected: object, stage: str) -> None:
    if key not in document:
        raise SecretFormatError(f"{stage}: {key} is missing")
    found = document[key]
    if isinstance(found, bool) or not isinstance(found, int | str):
        raise SecretFormatError(f"{stage}: {key} is no {type(expected).__name__}")
    if str(found) != str(expected):
        raise SecretFormatError(f"{stage}: {key} is not the one that this function is deployed for")


def _check_password(password: object, stage: str) -> None:
    if not isinstance(password, str):
        raise SecretFormatError(f"{stage}: password is no text")
    if not 1 <= len(password) <= LONGEST_PASSWORD:
        raise SecretFormatError(f"{stage}: password has no length from 1 to {LONGEST_PASSWORD}")
    if not (password.isascii() and password.isprintable()):
        raise SecretFormatError(f"{stage}: password is not printable ASCII")
