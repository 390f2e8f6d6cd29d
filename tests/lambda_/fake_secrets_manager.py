"""Secrets Manager for the tests: moto keeps the values, this adds the rules of the service that moto lacks.

A filled version can't be changed; a version that awaits its value has none; a rotation begins with an empty pending
version, calls the four steps, starts over when one fails, and can't begin while another version is pending.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto.backends import get_backend

ACCOUNT, REGION = "123456789012", "us-east-1"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
Event = dict[str, object]


class RotationNotCompleteError(Exception):
    """What RotateSecret says while another version is pending."""


class FakeSecretsManager:
    """The client that functions get, with the service's rules on top of moto's."""

    def __init__(self) -> None:
        self._client = boto3.client(
            "secretsmanager", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )
        self._lock = threading.RLock()
        self.passwords: list[str] = []

    def create(self, name: str, document: Mapping[str, object]) -> str:
        """Make a secret that rotates, and return its ARN."""
        arn: str = self._client.create_secret(Name=name, SecretString=json.dumps(document))["ARN"]
        secret = self._secret(arn)
        secret.rotation_requested = secret.rotation_enabled = True
        return arn

    def put_current(self, arn: str, document: Mapping[str, object] | str) -> str:
        """Put a value as AWSCURRENT, as a deployment or a person does."""
        text = document if isinstance(document, str) else json.dumps(document)
        version: str = self._client.put_secret_value(SecretId=arn, SecretString=text)["VersionId"]
        return version

    def disable_rotation(self, arn: str) -> None:
        """Turn rotation off."""
        self._secret(arn).rotation_enabled = False

    def delete(self, arn: str, *, at_once: bool = False) -> None:
        """Delete the secret, by default with a time to restore it."""
        self._client.delete_secret(SecretId=arn, **({"ForceDeleteWithoutRecovery": True} if at_once else {}))

    def stages(self, arn: str) -> dict[str, str]:
        """Return which version has each label."""
        return {stage: version for version, stages in self._versions(arn).items() for stage in stages["version_stages"]}

    def document(self, arn: str, stage: str = "AWSCURRENT") -> dict[str, Any]:
        """Return the JSON of that stage's version."""
        document: dict[str, Any] = json.loads(
            self._client.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
        )
        return document

    def stage_pending(self, arn: str, token: str | None = None) -> str:
        """Begin a rotation: label an empty version AWSPENDING, unless another rotation is not complete."""
        token = token or str(uuid.uuid4())
        with self._lock:
            labels = self.stages(arn)
            if labels.get("AWSPENDING") not in (None, labels.get("AWSCURRENT"), token):
                raise RotationNotCompleteError("a previous rotation isn't complete")
            for version in self._versions(arn).values():
                version["version_stages"] = [stage for stage in version["version_stages"] if stage != "AWSPENDING"]
            empty = {"createdate": 0, "version_id": token, "version_stages": []}
            self._versions(arn).setdefault(token, empty)["version_stages"].append("AWSPENDING")
        return token

    def rotate(
        self, arn: str, function: Callable[[Event], None], *, attempts: int = 3, token: str | None = None
    ) -> str:
        """Rotate the secret as the service does: all four steps, from the start again when one fails."""
        token = self.stage_pending(arn, token)
        for attempt in range(1, attempts + 1):
            try:
                for step in STEPS:
                    function(event(step, arn, token))
            except Exception:
                if attempt == attempts:
                    raise
            else:
                break
        return token

    # What follows is the client that the functions call.

    def describe_secret(self, **arguments: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._client.describe_secret(**arguments)
        return answer

    def get_secret_value(self, **arguments: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._client.get_secret_value(**arguments)
        return answer

    def put_secret_value(self, **arguments: Any) -> Mapping[str, Any]:
        with self._lock:
            arn, token = arguments["SecretId"], arguments["ClientRequestToken"]
            version = self._versions(arn).setdefault(token, {"createdate": 0, "version_id": token})
            if version.get("secret_string", arguments["SecretString"]) != arguments["SecretString"]:
                raise ClientError({"Error": {"Code": "ResourceExistsException"}}, "PutSecretValue")
            version |= {"secret_string": arguments["SecretString"], "version_stages": list(arguments["VersionStages"])}
            return {"ARN": arn, "VersionId": token}

    def update_secret_version_stage(self, **arguments: str) -> Mapping[str, Any]:
        with self._lock:
            answer: Mapping[str, Any] = self._client.update_secret_version_stage(**arguments)
            if arguments["VersionStage"] == "AWSCURRENT" and "MoveToVersionId" in arguments:
                self._secret(arguments["SecretId"]).set_default_version_id(arguments["MoveToVersionId"])
            return answer

    def get_random_password(self, **arguments: Any) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._client.get_random_password(**arguments)
        self.passwords.append(answer["RandomPassword"])
        return answer

    def _secret(self, arn: str) -> Any:
        return get_backend("secretsmanager")[ACCOUNT][REGION].secrets[arn]

    def _versions(self, arn: str) -> dict[str, dict[str, Any]]:
        versions: dict[str, dict[str, Any]] = self._secret(arn).versions
        return versions


def event(step: str, arn: str, token: str) -> Event:
    """Return what Secrets Manager sends for a step."""
    return {"Step": step, "SecretId": arn, "ClientRequestToken": token}
