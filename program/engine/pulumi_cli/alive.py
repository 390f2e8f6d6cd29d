"""Which processes of this machine are alive."""

from __future__ import annotations

import os
from contextlib import suppress

import psutil

_ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def runs(pid: int) -> bool:
    """Tell whether a process of that number runs on this machine, whoever's it is.

    One that has ended and that nobody has waited for does not, nor is a thread a process. Another process may have the
    number by now: when each began is not asked, as a clock that was set would make a running one look gone.
    """
    try:
        # A system may hide the processes of others, but it tells of a signal that it lets nobody send.
        os.kill(pid, 0)
        return psutil.pid_exists(pid) and psutil.Process(pid).status() not in _ENDED
    except (PermissionError, psutil.AccessDenied):
        return True
    except (ProcessLookupError, OverflowError, psutil.NoSuchProcess):
        return False


def session(leader: int) -> list[int]:
    """Return the numbers of the processes that share the leader's session, its own among them."""
    members: list[int] = []
    for pid in psutil.pids():
        # A process may be gone meanwhile, or somebody else's.
        with suppress(OSError):
            if os.getsid(pid) == leader:
                members.append(pid)
    return members
