"""Wait for an update of the same stack that runs, for as long as that is wanted: it is not one that was cut off."""

from __future__ import annotations

import time
from collections.abc import Callable

from program.engine.pulumi_cli.locks import Lock
from program.engine.pulumi_cli.workspace import Workspace
from program.errors import CouldNotRunError

PAUSE_SECONDS = 5.0


def take_turn(place: Workspace, say: Callable[[str], None], *, seconds: float) -> None:
    """Return when nobody holds the stack's lock; raise CouldNotRunError, naming who does, when the time is over.

    A lock whose process is gone is never waited for.
    """
    ends = time.monotonic() + seconds
    while locks := place.locks():
        left = ends - time.monotonic()
        if left <= 0 or all(lock.is_left for lock in locks):
            raise CouldNotRunError(_told(locks, place.name))
        say(f"stack {place.name} is being updated by {_holders(locks)}; waiting, for at most {left:.0f} seconds ...")
        time.sleep(min(PAUSE_SECONDS, left))


def _told(locks: tuple[Lock, ...], stack: str) -> str:
    recover = f"`./parity recover {stack}`"
    if all(lock.is_left for lock in locks):
        return (
            f"an update of stack {stack} was cut off: its lock is held by {_holders(locks)}, which is gone; {recover} "
            f"says what it left"
        )
    return (
        f"stack {stack} is being updated by {_holders(locks)}; wait for it (--wait SECONDS), or, where that update is "
        f"known to be over, {recover} takes its lock off"
    )


def _holders(locks: tuple[Lock, ...]) -> str:
    return ", ".join(lock.shown for lock in locks)
