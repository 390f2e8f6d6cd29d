"""Keep one comment of ours on an issue or a pull request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from program.github.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done about the comment, and where it is."""

    what: Literal["created", "updated", "unchanged", "not needed"]
    url: str | None


def put(client: Client, number: int, body: str, marker: re.Pattern[str], *, worth_making: bool) -> Done:
    """Make the comment that begins with the marker say `body`.

    It is made only if it is worth it, changed only if it says something else; of several the oldest is kept.
    """
    found = [comment for comment in client.comments(number) if marker.match(comment.body)]
    if not found:
        if not worth_making:
            return Done(what="not needed", url=None)
        return Done(what="created", url=client.create_comment(number, body).url)
    kept, *others = found
    # First the one that stays: whatever stops us, something true is there.
    changed = _lines(kept.body) != _lines(body)
    if changed:
        client.update_comment(number, kept, body)
    for other in others:
        client.delete_comment(number, other)
    return Done(what="updated" if changed else "unchanged", url=kept.url)


def _lines(text: str) -> list[str]:
    """Return the lines; GitHub may give them other ends, and no last one."""
    return text.rstrip().splitlines()
