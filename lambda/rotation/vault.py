"""Secrets Manager, as far as a rotation needs it: each failure is one of ours and quotes nothing of the call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from anchors import Anchors
from botocore.exceptions import BotoCoreError, ClientError
from failures import ConflictError, RotationError, SecretFormatError, SecretMissingError, VaultError

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
# What breaks clients' connection strings, shells or JSON by hand.
EXCLUDED_CHARACTERS = "/@\"'\\ :"
_FILLED = frozenset({"ResourceExistsException"})
# The documentation names no code for a label that is not where the call says.
_LABEL_ELSEWHERE = frozenset({"InvalidParameterException", "InvalidRequestException"})


class Client(Protocol):
    """The calls of boto3's client that are made here."""

    def describe_secret(self, **arguments: str) -> Mapping[str, Any]: ...  # noqa: D102
    def get_secret_value(self, **arguments: str) -> Mapping[str, Any]: ...  # noqa: D102
    def put_secret_value(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: D102
    def update_secret_version_stage(self, **arguments: str) -> Mapping[str, Any]: ...  # noqa: D102
    def get_random_password(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretState:
    """What Secrets Manager says of the secret, without any value."""

    rotation_enabled: bool
    deleted: bool
    stages: Mapping[str, frozenset[str]]

    def current(self) -> str | None:
        """Return the version that clients get."""
        return next((version for version, stages in self.stages.items() if CURRENT in stages), None)


class Vault:
    """The one secret that rotates, and read only the master's."""

    def __init__(self, client: Client, anchors: Anchors) -> None:
        self._client = client
        self._anchors = anchors
        self._arn = anchors.secret_arn

    def state(self) -> SecretState:
        """Return how the secret stands."""
        with _explained("DescribeSecret"):
            answer = self._client.describe_secret(SecretId=self._arn)
        return SecretState(
            rotation_enabled=bool(answer.get("RotationEnabled")),
            deleted=answer.get("DeletedDate") is not None,
            stages={version: frozenset(stages) for version, stages in (answer.get("VersionIdsToStages") or {}).items()},
        )

    def read(self, stage: str, version: str | None = None) -> str | None:
        """Return the text of the stage's version, None if there is no such version or nothing is in it yet."""
        # Always by stage: without one, the answer may be any version.
        wanted = {"SecretId": self._arn, "VersionStage": stage} | ({"VersionId": version} if version else {})
        return self._read(wanted, stage)

    def read_master(self, arn: str) -> str | None:
        """Return the text of the master secret."""
        return self._read({"SecretId": arn, "VersionStage": CURRENT}, "master secret")

    def put_pending(self, version: str, text: str) -> None:
        """Fill the pending version; leave it alone if someone else was faster."""
        with _explained("PutSecretValue", tolerate=_FILLED):
            self._client.put_secret_value(
                SecretId=self._arn, ClientRequestToken=version, SecretString=text, VersionStages=[PENDING]
            )

    def make_current(self, version: str, instead_of: str | None) -> None:
        """Give clients that version; a conflict if another version was made current meanwhile."""
        removed = {"RemoveFromVersionId": instead_of} if instead_of else {}
        with _explained("UpdateSecretVersionStage", conflict=_LABEL_ELSEWHERE):
            self._client.update_secret_version_stage(
                SecretId=self._arn, VersionStage=CURRENT, MoveToVersionId=version, **removed
            )

    def drop_pending(self, version: str) -> None:
        """Take the pending label off the version, if it is on it."""
        with _explained("UpdateSecretVersionStage", tolerate=_LABEL_ELSEWHERE):
            self._client.update_secret_version_stage(
                SecretId=self._arn, VersionStage=PENDING, RemoveFromVersionId=version
            )

    def new_password(self) -> str:
        """Return a password that Secrets Manager made up, checked."""
        length = self._anchors.password_length
        with _explained("GetRandomPassword"):
            answer = self._client.get_random_password(
                PasswordLength=length, ExcludeCharacters=EXCLUDED_CHARACTERS, RequireEachIncludedType=True
            )
        password = str(answer.get("RandomPassword"))
        usable = password.isascii() and password.isprintable() and not set(password) & set(EXCLUDED_CHARACTERS)
        if len(password) != length or not usable:
            raise VaultError("GetRandomPassword: the answer is no password of the kind that was asked for")
        return password

    def _read(self, wanted: Mapping[str, str], what: str) -> str | None:
        try:
            # Another invocation of the same rotation may have ended it: the version is pending no more.
            ended = _LABEL_ELSEWHERE if "VersionId" in wanted else frozenset()
            with _explained("GetSecretValue", conflict=ended):
                answer = self._client.get_secret_value(**wanted)
        except SecretMissingError:
            return None
        text = answer.get("SecretString")
        if not isinstance(text, str):
            raise SecretFormatError(f"{what}: the secret is binary; text is needed")
        return text


@contextmanager
def _explained(
    operation: str, *, tolerate: frozenset[str] = frozenset(), conflict: frozenset[str] = frozenset()
) -> Iterator[None]:
    # An error of the client may quote its arguments, so nothing of it but its code is passed on.
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in tolerate:
            return
        raise _failure(operation, code, conflict) from None
    except BotoCoreError as error:
        raise VaultError(f"{operation}: no answer ({type(error).__name__})") from None


def _failure(operation: str, code: str, conflict: frozenset[str]) -> RotationError:
    if code == "ResourceNotFoundException":
        return SecretMissingError(f"{operation}: there is no such secret or version")
    if code in conflict:
        return ConflictError(f"{operation}: the secret's versions changed meanwhile")
    return VaultError(f"{operation}: {code}")
