"""Read what the workflows' roles stand on: the account, GitHub's repository, the state and the app's image."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from policies.schema import ReviewedFileError, StrictModel, parse_file
from program.errors import CouldNotRunError
from program.foundation.rights.state import State
from program.foundation.rights.trust import Repository

FILE = ".github/foundation.yaml"
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
KeyId = Annotated[str, Field(pattern=r"^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")]


class RepositorySettings(StrictModel):
    """The repository of GitHub: `owner/name`, its number, and how the subject of its tokens begins."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
    id: Annotated[str, Field(pattern=r"^[1-9]\d*$")]
    subject: Annotated[str, Field(pattern=r"^repo:[\w.@-]+/[\w.@-]+$")]


class StateSettings(StrictModel):
    """Where the state is; the keys are ids, of its bucket and of each environment's secrets."""

    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    region: Region
    bucket_key: KeyId
    secrets_keys: Annotated[dict[str, KeyId], Field(min_length=1)]


class ImageSettings(StrictModel):
    """The repository of the app's image, and the region that it is pushed to."""

    repository: Annotated[str, Field(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$")]
    region: Region


class FoundationSettings(StrictModel):
    """All that the rights stand on beside the stacks."""

    schema_version: Literal[1]
    account: Annotated[str, Field(pattern=r"^\d{12}$")]
    repository: RepositorySettings
    state: StateSettings
    image: ImageSettings

    @property
    def github(self) -> Repository:
        """Return the repository as trust policies name it."""
        found = self.repository
        return Repository(name=found.name, id=found.id, subject=found.subject)

    def state_of(self, environment: str) -> State:
        """Return the state's place with the environment's own key; raise CouldNotRunError where there is none."""
        key = self.state.secrets_keys.get(environment)
        if key is None:
            known = ", ".join(sorted(self.state.secrets_keys))
            raise CouldNotRunError(
                f"{FILE}: state.secretsKeys has no key for the environment {environment} (found: {known}); "
                f"each environment's secrets are encrypted with a key of their own: add it"
            )
        return State(
            bucket=self.state.bucket,
            region=self.state.region,
            bucket_key=self._key(self.state.bucket_key),
            secrets_key=self._key(key),
        )

    def _key(self, key_id: str) -> str:
        return f"arn:aws:kms:{self.state.region}:{self.account}:key/{key_id}"


def foundation_settings(file: Path) -> FoundationSettings:
    """Read the file; raise CouldNotRunError with every problem and its line."""
    try:
        return parse_file(FoundationSettings, file)
    except ReviewedFileError as error:
        raise CouldNotRunError(str(error)) from None
