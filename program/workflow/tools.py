"""Compare the Pulumi CLI and its plugins, as they are installed, with the digests that the repository has."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from policies.schema import StrictModel
from program.errors import CouldNotRunError
from program.offline.documents import validated

# By name, the SHA-256 in hex.
Digests = Mapping[str, str]
_OURS = "pulumi"
_LARGEST_LIST = 1024 * 1024
_CHUNK = 1024 * 1024


class Pinned(StrictModel):
    """The digests of each platform."""

    schema_version: Literal[1]
    platforms: dict[str, dict[str, str]]


def this_platform() -> str:
    """Return the operating system and the processor: `linux-x86_64`."""
    return f"{platform.system()}-{platform.machine()}".lower()


def digests_in(folder: Path) -> dict[str, str]:
    """Return the digests of the CLI's or a plugin's own files in the folder it is installed in."""
    return {path.name: _digest(path) for path in sorted(folder.glob(f"{_OURS}*")) if path.is_file()}


def differences(found: Digests, pinned: Digests | None) -> list[str]:
    """Return a line for each file that isn't the one that the repository names; one that isn't installed is none.

    Nothing differs from None: the digests are about to be written.
    """
    if pinned is None:
        return []
    return [
        f"{name} has the SHA-256 {digest}; it must be {pinned.get(name, 'absent, as the repository names none')}"
        for name, digest in sorted(found.items())
        if pinned.get(name) != digest
    ]


def read_pinned(file: Path) -> Mapping[str, Digests]:
    """Return the digests of every platform."""
    return validated(Pinned, file, _LARGEST_LIST).platforms


def with_digests(file: Path, name: str, found: Digests) -> str:
    """Return the file's text with these digests for the platform, and no others of it."""
    platforms = {**read_pinned(file), name: dict(found)}
    return json.dumps({"schemaVersion": 1, "platforms": platforms}, indent=2, sort_keys=True) + "\n"


def pinned_of(file: Path, name: str) -> Digests:
    """Return the digests of one platform; raise CouldNotRunError, with what to do, where there are none."""
    known = read_pinned(file)
    if name not in known:
        raise CouldNotRunError(
            f"{file.parent.name}/{file.name} has no digests for {name}; install the CLI from a download that you have "
            f"compared with its release, run `./parity tools --install --write`, and commit the file"
        )
    return known[name]


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
