"""Which processes of this machine are alive."""

from __future__ import annotations

import os
from contextlib import suppress

import psutil

_ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def runs(pid: int) -> bool:
    """Tell whether a process of that number runs on this machine.

    One that has ended and that nobody has waited for does not, nor is a thread a process. Another process may have the
    number by now: when each began is not asked, as a clock that was set would make a running one look gone.
    """
    try:
        return psutil.pid_exists(pid) and psutil.Process(pid).status() not in _ENDED
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
