"""A bundle: one folder with a plan and all that it was judged by, written whole or not at all."""

from __future__ import annotations

import datetime
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from program.engine.records import LARGEST_RECORD, PreviewRecord, Record, read_record, written
from program.errors import CouldNotRunError
from program.manifest.canonical import digest
from program.offline.documents import limited, validated

METADATA_FILE, RECORD_FILE, SUMMARY_FILE = "bundle.json", "record.json", "summary.md"
PLAN_FILE, PREVIEW_FILE, EVENTS_FILE = "plan.json", "preview.json", "events.jsonl"
DECLARED_FILE, PLANNED_FILE, POLICIES_FILE = "declared.json", "planned.json", "policies.json"
# What an apply adds.
APPLIED_FILE, DEPLOYED_FILE = "applied.json", "deployed.json"
# What a bundle's digest is made of: the metadata names the hashes of these.
SEALED = (PLAN_FILE, PREVIEW_FILE, EVENTS_FILE, DECLARED_FILE, PLANNED_FILE, POLICIES_FILE)
LIFETIME = datetime.timedelta(hours=24)
# All that a preview and an apply write into the folder; nothing else in it is ours to remove.
_OURS = frozenset({METADATA_FILE, RECORD_FILE, SUMMARY_FILE, APPLIED_FILE, DEPLOYED_FILE, *SEALED})
# An event log of hundreds of resources is a few megabytes.
_LARGEST = 256 * 1024 * 1024


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
    """A bundle as it was read; what is applied is read from `opened`'s copy."""

    folder: Path
    metadata: Metadata
    record: PreviewRecord


@contextmanager
def new_bundle(folder: Path) -> Iterator[Path]:
    """Give a folder to write the bundle's files to, and put it in its place when the block ends well.

    A bundle that was there before is replaced; a folder that holds anything that no preview wrote is left, and refused.
    """
    folder = folder.resolve()
    _refuse_others(folder, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        part, before = Path(scratch) / "bundle", Path(scratch) / "before"
        part.mkdir()
        yield part
        if folder.exists():
            folder.rename(before)
            try:
                # What somebody put there during the preview goes back where it was.
                _refuse_others(before, folder)
            except CouldNotRunError:
                before.rename(folder)
                raise
        part.rename(folder)


def _refuse_others(folder: Path, shown: Path) -> None:
    if not folder.exists():
        return
    others = sorted(path.name for path in folder.iterdir() if path.name not in _OURS or not path.is_file())
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise CouldNotRunError(f"{shown} holds {others[0]}{more}, which no preview wrote; name a new folder")


@contextmanager
def opened(folder: Path) -> Iterator[Bundle]:
    """Give the bundle as a copy that nobody else can write to: what is judged is what is used.

    Raises CouldNotRunError when the folder holds none, or one of a preview that failed.
    """
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        copy = Path(scratch)
        for name in (RECORD_FILE, METADATA_FILE, *SEALED):
            if (folder / name).exists():
                (copy / name).write_bytes(limited(folder / name, _LARGEST))
        yield read_bundle(copy, folder)


def hashes_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each sealed file that is there."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SEALED if (folder / name).exists()
    }


def seal(folder: Path, metadata: Metadata) -> None:
    """Write the metadata beside the files whose hashes it names."""
    text = json.dumps(metadata.model_dump(mode="json", by_alias=True), indent=2, sort_keys=True)
    (folder / METADATA_FILE).write_text(f"{text}\n", encoding="utf-8")


def write_record(folder: Path, record: PreviewRecord, summary: str) -> None:
    """Write the record and its rendering: all that there is of a preview that stopped early."""
    (folder / RECORD_FILE).write_text(written(record), encoding="utf-8")
    (folder / SUMMARY_FILE).write_text(summary, encoding="utf-8")


def read_bundle(folder: Path, shown: Path | None = None) -> Bundle:
    """Read a bundle where it lies; `shown` is the folder that a reader knows, where this is a copy of it.

    Raises CouldNotRunError when the folder holds none, or one of a preview that failed.
    """
    name = shown or folder
    record = read_record(PreviewRecord, folder / RECORD_FILE, name / RECORD_FILE)
    if record.outcome == "failed":
        raise CouldNotRunError(f"{name} is of a preview that failed ({record.error}); preview again")
    try:
        metadata = validated(Metadata, folder / METADATA_FILE, LARGEST_RECORD)
    except CouldNotRunError:
        raise CouldNotRunError(f"{name / METADATA_FILE} is missing or no bundle's metadata; preview again") from None
    return Bundle(folder=folder, metadata=metadata, record=record)
