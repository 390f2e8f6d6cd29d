"""Keep the database credential for a while, so that requests don't each ask Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from problems import NotProvisionedError, SecretUnavailableError

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


class Client(Protocol):
    """The one call of boto3's client that the app makes."""

    def get_secret_value(self, **arguments: str) -> Mapping[str, Any]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who the app is to the database; the password stays out of every repr."""

    username: str
    password: str = field(repr=False)


class SecretCache:
    """The credential that worked last, forgotten after its lifetime."""

    def __init__(self, client: Client, arn: str, ttl_seconds: int, clock: Callable[[], float]) -> None:
        self._client = client
        self._arn = arn
        self._ttl_seconds = ttl_seconds
        self._clock = clock
        self._kept: tuple[float, Login] | None = None

    def login(self) -> Login:
        """Return the credential, from Secrets Manager if the one that is kept is too old."""
        if self._kept is not None and self._clock() - self._kept[0] < self._ttl_seconds:
            return self._kept[1]
        # A version deployed anew has no password until it is rotated; the one before it still opens the database.
        login = self._fetch(CURRENT) or self._fetch(PREVIOUS)
        if login is None:
            raise NotProvisionedError("the database user is not provisioned yet; the first rotation makes it")
        self.keep(login)
        return login

    def candidates(self, refused: Login) -> list[Login]:
        """Return what else may open the database now that a credential was refused.

        While a rotation runs, or after one that broke off, the database may have taken the pending password already.
        """
        self._kept = None
        found = (self._fetch(stage) for stage in (CURRENT, PENDING))
        return [login for login in found if login is not None and login != refused]

    def keep(self, login: Login) -> None:
        """Remember the credential from now on."""
        self._kept = (self._clock(), login)

    def _fetch(self, stage: str) -> Login | None:
        try:
            answer = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code == "ResourceNotFoundException" and stage != CURRENT:
                return None
            raise SecretUnavailableError(f"Secrets Manager answers {code}") from None
        except BotoCoreError as error:
            raise SecretUnavailableError(f"Secrets Manager does not answer ({type(error).__name__})") from None
        return _parsed(answer.get("SecretString"))


def _parsed(text: object) -> Login | None:
    try:
        document = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("username"), str):
        raise SecretUnavailableError("the secret is no JSON object with a username") from None
    password = document.get("password")
    if not isinstance(password, str) or not password:
        return None
    return Login(username=document["username"], password=password)
