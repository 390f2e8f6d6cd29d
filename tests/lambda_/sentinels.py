"""Look for passwords where none may be: in the server's log and statistics, in the functions' logs, in exceptions."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping


def places_with(passwords: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """Return the names of the texts that hold any of the passwords."""
    wanted = [password for password in passwords if password]
    assert wanted, "a scan for nothing finds nothing"
    return sorted(name for name, text in texts.items() if any(password in text for password in wanted))


def all_of(error: BaseException) -> str:
    """Return all that could be printed of an exception: itself, its attributes, what led to it, local names apart."""
    seen: list[BaseException] = []
    queue = [error]
    while queue:
        each = queue.pop()
        if each not in seen:
            seen.append(each)
            queue += [other for other in (each.__cause__, each.__context__) if other is not None]
    parts = [f"{each!r} {each} {each.args!r} {vars(each)!r}" for each in seen]
    return "\n".join([*parts, *traceback.format_exception(error)])
