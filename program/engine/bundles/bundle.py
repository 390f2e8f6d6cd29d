"""A bundle: one folder with a plan and all that it was judged by, written whole or not at all."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from program.engine.records import PreviewRecord, Record, read_record, written
from program.errors import CouldNotRunError
from program.manifest.canonical import digest

METADATA_FILE, RECORD_FILE, SUMMARY_FILE = "bundle.json", "record.json", "summary.md"
PLAN_FILE, PREVIEW_FILE, EVENTS_FILE = "plan.json", "preview.json", "events.jsonl"
DECLARED_FILE, PLANNED_FILE, POLICIES_FILE = "declared.json", "planned.json", "policies.json"
# What an apply adds.
APPLIED_FILE, DEPLOYED_FILE = "applied.json", "deployed.json"
# What a bundle's digest is made of: the metadata names the hashes of these.
_SEALED = (PLAN_FILE, PREVIEW_FILE, EVENTS_FILE, DECLARED_FILE, PLANNED_FILE, POLICIES_FILE)
LIFETIME = datetime.timedelta(hours=24)


class Metadata(Record):
    """What the plan was made from and by. `state` is the state's hash before it, `files` the SHA-256 of each file.

    `refresh` says that the cloud was asked first, so that what drifted is made as the code says again.
    """

    schema_version: Literal[1] = 1
    stack: str
    commit: str | None
    source: str
    pack: str
    cli: str
    backend: str
    state: str
    config: str
    created: datetime.datetime
    expires: datetime.datetime
    blocked: bool
    refresh: bool
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON, which stands for the whole bundle."""
        return digest(self.model_dump(mode="json", by_alias=True))


class Bundle(Record):
    """A bundle as it was read."""

    folder: Path
    metadata: Metadata
    record: PreviewRecord


@contextmanager
def new_bundle(folder: Path) -> Iterator[Path]:
    """Give a folder to write the bundle's files to, and put it in its place when the block ends well.

    A bundle that was there before is replaced; any other folder with something in it is left, and refused.
    """
    if (
        folder.exists()
        and not (folder / METADATA_FILE).exists()
        and not (folder / RECORD_FILE).exists()
        and any(folder.iterdir())
    ):
        raise CouldNotRunError(f"{folder} holds something else than a bundle; name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        part = Path(scratch) / "bundle"
        part.mkdir()
        yield part
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)


def hashes_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each sealed file that is there."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _SEALED if (folder / name).exists()
    }


def seal(folder: Path, metadata: Metadata) -> None:
    """Write the metadata beside the files whose hashes it names."""
    text = json.dumps(metadata.model_dump(mode="json", by_alias=True), indent=2, sort_keys=True)
    (folder / METADATA_FILE).write_text(f"{text}\n", encoding="utf-8")


def write_record(folder: Path, record: PreviewRecord, summary: str) -> None:
    """Write the record and its rendering: all that there is of a preview that stopped early."""
    (folder / RECORD_FILE).write_text(written(record), encoding="utf-8")
    (folder / SUMMARY_FILE).write_text(summary, encoding="utf-8")


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle; raise CouldNotRunError when the folder holds none, or one of a preview that failed."""
    record = read_record(PreviewRecord, folder / RECORD_FILE)
    if record.outcome == "failed":
        raise CouldNotRunError(f"{folder} is of a preview that failed ({record.error}); preview again")
    try:
        metadata = Metadata.model_validate_json((folder / METADATA_FILE).read_bytes())
    except (OSError, ValidationError):
        raise CouldNotRunError(f"{folder / METADATA_FILE} is missing or no bundle's metadata; preview again") from None
    return Bundle(folder=folder, metadata=metadata, record=record)
