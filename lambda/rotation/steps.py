"""The four steps of a rotation; each can be repeated with the same version, and the next one found half done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anchors import Anchors
from credential import Credential, read_credential, read_master
from database import Database
from failures import AuthFailedError, ConfigError, ConflictError, SecretFormatError
from provisioning import provision
from vault import CURRENT, PENDING, PREVIOUS, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What every step works with: the version of the secret that is to become current, and the world."""

    version: str
    anchors: Anchors
    vault: Vault
    database: Database


def create_secret(rotation: Rotation) -> str:
    """Fill the pending version with the current one's JSON and a new password, once."""
    if rotation.vault.read(PENDING, rotation.version) is not None:
        _pending_password(rotation)
        return "already-created"
    current = _stage(rotation, CURRENT)
    if current is None:
        raise SecretFormatError(f"{CURRENT}: no version has this label; deploy the secret's first version")
    new = current.with_password(rotation.vault.new_password())
    rotation.vault.put_pending(rotation.version, new)
    # Whoever was first, from here on only what is stored counts.
    _pending_password(rotation)
    return "created"


def set_secret(rotation: Rotation) -> str:
    """Make the database take the pending password, by the first credential that opens it."""
    pending = _pending_password(rotation)
    if rotation.database.accepts(pending):
        return "already-set"
    outcome = _set_by_role(rotation, pending) or _set_by_master(rotation, pending)
    rotation.database.prove(pending)
    return outcome


def test_secret(rotation: Rotation) -> str:
    """See that the pending password opens the database as it must."""
    rotation.database.prove(_pending_password(rotation))
    return "tested"


def finish_secret(rotation: Rotation) -> str:
    """Give clients the pending version, and take the pending label off it."""
    version, vault = rotation.version, rotation.vault
    current = vault.state().current()
    if current != version:
        vault.make_current(version, current)
    after = vault.state()
    if after.current() != version:
        raise ConflictError("the version did not become current")
    # Left on, it would be in the way of a next rotation that is not this version's.
    if PENDING in after.stages[version]:
        vault.drop_pending(version)
    return "already-finished" if current == version else "finished"


STEPS: Mapping[str, Callable[[Rotation], str]] = {
    "createSecret": create_secret,
    "setSecret": set_secret,
    "testSecret": test_secret,
    "finishSecret": finish_secret,
}


def _set_by_role(rotation: Rotation, pending: str) -> str | None:
    for stage in (CURRENT, PREVIOUS):
        credential = _stage(rotation, stage)
        # The current version has none before the first rotation, or after it was deployed anew.
        if credential is None or credential.password is None:
            continue
        if rotation.database.change_password(credential.password, pending):
            return f"set-by-{stage.removeprefix('AWS').lower()}"
    return None


def _set_by_master(rotation: Rotation, pending: str) -> str:
    arn = rotation.anchors.master_secret_arn
    if arn is None:
        raise AuthFailedError("no version of the secret opens the database, and MASTER_SECRET_ARN is not set")
    text = rotation.vault.read_master(arn)
    if text is None:
        raise ConfigError("MASTER_SECRET_ARN: there is no such secret, or nothing in it")
    return provision(rotation.database, rotation.anchors, read_master(text), pending)


def _pending_password(rotation: Rotation) -> str:
    text = rotation.vault.read(PENDING, rotation.version)
    if text is None:
        raise SecretFormatError(f"{PENDING}: nothing is in this version; createSecret comes first")
    password = read_credential(text, PENDING, rotation.anchors).password
    if password is None:
        raise SecretFormatError(f"{PENDING}: password is missing")
    return password


def _stage(rotation: Rotation, stage: str) -> Credential | None:
    text = rotation.vault.read(stage)
    return None if text is None else read_credential(text, stage, rotation.anchors)
