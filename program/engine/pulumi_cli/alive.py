"""Which processes of this machine are alive."""

from __future__ import annotations

import os
from contextlib import suppress

import psutil

# How far the clock may have been set since: a process's start is counted from the machine's own.
CLOCK_SECONDS = 60.0


def runs(pid: int, *, since: float) -> bool:
    """Tell whether the process that had the number at that time (seconds since 1970) still runs on this machine.

    One that has ended and that nobody has waited for does not run. One that began later is another process, or a thread
    of one, which has the number now.
    """
    try:
        process = psutil.Process(pid)
        ended = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return not ended and process.create_time() <= since + CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        # Somebody else's.
        return True


def session(leader: int) -> list[int]:
    """Return the numbers of the processes that share the leader's session, its own among them."""
    members: list[int] = []
    for pid in psutil.pids():
        # A process may be gone meanwhile, or somebody else's.
        with suppress(OSError):
            if os.getsid(pid) == leader:
                members.append(pid)
    return members
