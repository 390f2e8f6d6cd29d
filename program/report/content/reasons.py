"""Where a reason stands: the file and line that it begins with, as errors of this project do."""

from __future__ import annotations

import re

_PLACE = re.compile(r"(?P<file>[\w.-]+(?:/[\w.-]+)*\.\w+)(?::(?P<line>\d+))?: (?P<message>.+)")


def located(reason: str) -> tuple[str | None, int | None, str]:
    """Return the file, the line and the rest of `file:line: rest`, as far as the reason has them."""
    found = _PLACE.fullmatch(reason)
    if found is None:
        return None, None, reason
    return found["file"], int(found["line"]) if found["line"] else None, found["message"]
