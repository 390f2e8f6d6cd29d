"""Read a file that another job wrote: measured before it is read, strict, and never trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from program.errors import CouldNotRunError

_Model = TypeVar("_Model", bound=BaseModel)


def validated(model: type[_Model], path: Path, largest: int, shown: Path | None = None) -> _Model:
    """Return the file's JSON as that model, or raise CouldNotRunError in one line.

    `shown` is the file that a reader knows, where `path` is a copy of it.
    """
    name = shown or path
    try:
        return model.model_validate_json(limited(path, largest, name))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CouldNotRunError(f"{name}: {where[:200]}: {first['msg'][:200]}; this version can't read it") from None


def limited(path: Path, largest: int, shown: Path | None = None) -> bytes:
    """Return the file's bytes, of which there may be so many; raise CouldNotRunError in one line, of `shown`."""
    name = shown or path
    try:
        # A pipe would keep us waiting, a device has no end.
        if path.exists() and not path.is_file():
            raise CouldNotRunError(f"{name}: is no ordinary file; give one that a job of ours wrote")
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise CouldNotRunError(f"{name}: {error.strerror}") from None
    if len(content) > largest:
        raise CouldNotRunError(f"{name}: has more than {largest:,} bytes; no file of ours is as large")
    return content
