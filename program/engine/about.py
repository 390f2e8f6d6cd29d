"""What every record says first: of which stack it is, and of which commit."""

from __future__ import annotations

import time
from typing import TypeVar

from program.engine.bundles.revision import commit_of
from program.engine.pulumi_cli.workspace import Workspace
from program.engine.records import StackRecord
from program.offline.stacks import Stack

_Record = TypeVar("_Record", bound=StackRecord)


def record_of(kind: type[_Record], stack: Stack, place: Workspace, **fields: object) -> _Record:
    """Return a record of that kind, with the fields that are its own."""
    settings = stack.settings
    return kind.model_validate(
        {
            "stack": stack.name,
            "environment": settings.environment if settings else None,
            "region": settings.region if settings else None,
            "commit": commit_of(place.root),
            "seconds": 0.0,
            **fields,
        }
    )


def timed(record: _Record, started: float) -> _Record:
    """Return the record with the seconds since `started`, a reading of the monotonic clock."""
    return record.model_copy(update={"seconds": round(time.monotonic() - started, 1)})
