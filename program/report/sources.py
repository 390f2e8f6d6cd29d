"""Read the records that previews, applies, drift checks and destroys left, each a file or a bundle's folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from program.engine.records import AnyRecord
from program.errors import CouldNotRunError
from program.report.document import validated

LARGEST_BYTES = 32 * 1024 * 1024
# What a bundle's folder calls its record.
BUNDLED = "record.json"


class _AnyRecord(RootModel[Annotated[AnyRecord, Field(discriminator="kind")]]):
    """A record of whichever kind it says it is."""


def read_records(paths: Iterable[Path]) -> tuple[AnyRecord, ...]:
    """Return the records by stack and kind; two of one kind for one stack are a failure to run."""
    found: dict[tuple[str, str], tuple[Path, AnyRecord]] = {}
    for path in paths:
        file = path / BUNDLED if path.is_dir() else path
        record = validated(_AnyRecord, file, LARGEST_BYTES).root
        key = (record.stack, record.kind)
        if key in found:
            raise CouldNotRunError(
                f"{file}: is a second {record.kind} record of stack {record.stack!r}, beside {found[key][0]}; give one"
            )
        found[key] = (file, record)
    return tuple(record for _, (_, record) in sorted(found.items()))
