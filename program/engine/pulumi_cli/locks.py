"""Who holds a stack's lock, and since when: read where the CLI keeps it, a folder or a bucket of S3.

The CLI itself tells of a lock only to a command that wants it, which nothing that only reads may be.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qs, urlsplit

from program.engine.pulumi_cli.alive import runs

_Reader = Callable[[SplitResult, str, Path], Iterator[bytes]]
# Where self-managed backends keep the locks of a project's stack.
_FOLDER = ".pulumi/locks/organization"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Lock:
    """One lock: since when, and the process that took it."""

    since: datetime
    user: str
    host: str
    pid: int

    @property
    def shown(self) -> str:
        """Return who holds it and since when, in words."""
        return f"{self.user}@{self.host} (pid {self.pid}) since {self.since.astimezone(UTC):%Y-%m-%d %H:%M UTC}"

    @property
    def is_left(self) -> bool:
        """Tell whether its process is known to be gone; of another machine nothing is known."""
        return self.host == socket.gethostname() and not runs(self.pid)


def locks_of(address: str, project: str, stack: str, root: Path) -> tuple[Lock, ...]:
    """Return the locks of the stack in the backend, sorted; none where they can't be read.

    A relative folder is the project's. Nothing is said of what can't be read: the CLI, which needs the same place, says
    it better.
    """
    parts = urlsplit(address)
    where = f"{_FOLDER}/{project}/{stack}"
    readers: dict[str, _Reader] = {"file": _in_folder, "s3": _in_bucket}
    texts = readers.get(parts.scheme, _nowhere)(parts, where, root)
    return tuple(sorted(lock for text in texts if (lock := _lock(text)) is not None))


def _lock(text: bytes) -> Lock | None:
    """Return the lock; None for one that is just being written."""
    try:
        data: dict[str, Any] = json.loads(text)
        since = datetime.fromisoformat(str(data["timestamp"]))
        return Lock(
            since=since if since.tzinfo is not None else since.replace(tzinfo=UTC),
            user=str(data["username"]),
            host=str(data["hostname"]),
            pid=int(data["pid"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _in_folder(parts: SplitResult, where: str, root: Path) -> Iterator[bytes]:
    place = Path(f"{parts.netloc}{parts.path}").expanduser()
    for file in sorted((root / place / where).glob("*.json")):
        # The update may end meanwhile.
        with suppress(OSError):
            yield file.read_bytes()


def _in_bucket(parts: SplitResult, where: str, _root: Path) -> Iterator[bytes]:
    prefix = "/".join(part for part in (parts.path.strip("/"), where) if part)
    # Half a second of imports, which no folder needs.
    from botocore.exceptions import BotoCoreError, ClientError

    with suppress(BotoCoreError, ClientError):
        client = _client(parts)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=parts.netloc, Prefix=f"{prefix}/")
        keys: Sequence[str] = [item["Key"] for page in pages for item in page.get("Contents", ())]
        for key in sorted(key for key in keys if key.endswith(".json")):
            with suppress(client.exceptions.NoSuchKey):
                yield client.get_object(Bucket=parts.netloc, Key=key)["Body"].read()


class _S3(Protocol):
    """What is needed of S3's client."""

    exceptions: Any

    def get_paginator(self, operation_name: str) -> Any: ...

    def get_object(self, *, Bucket: str, Key: str) -> Any: ...  # noqa: N803  # S3's own names


def _client(parts: SplitResult) -> _S3:
    import boto3

    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    endpoint = options.get("endpoint")
    if endpoint is not None and "://" not in endpoint:
        endpoint = f"https://{endpoint}"
    session = boto3.Session(profile_name=options.get("profile"), region_name=options.get("region"))
    client: _S3 = session.client("s3", endpoint_url=endpoint)
    return client


def _nowhere(_parts: SplitResult, _where: str, _root: Path) -> Iterator[bytes]:
    yield from ()
