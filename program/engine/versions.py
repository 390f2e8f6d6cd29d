"""Compare two versions of the database's engine."""

from __future__ import annotations

import re

_VERSION = re.compile(r"\d+(\.\d+)*")


def is_higher(version: object, than: object) -> bool:
    """Tell whether both are versions and the first is the higher; 15.10 is higher than 15.9."""
    parts, others = _parts(version), _parts(than)
    return parts is not None and others is not None and parts > others


def major(version: object) -> int | None:
    """Return the major version of PostgreSQL 10 and later, None of what is no version."""
    parts = _parts(version)
    return parts[0] if parts else None


def _parts(version: object) -> list[int] | None:
    if not isinstance(version, str) or _VERSION.fullmatch(version) is None:
        return None
    return [int(part) for part in version.split(".")]
