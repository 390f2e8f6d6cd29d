"""The processes that the host has started; none of them outlives it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class Processes:
    """Starts processes, and remembers them."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a process with this one's streams, which the engine reads."""
        return self._remembered(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL))

    def watch(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
        """Start a process in the folder, with pipes for what it prints."""
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return self._remembered(process)

    def end(self) -> None:
        """End all that still runs."""
        for process in self._started:
            stop(process, signal.SIGKILL)

    def _remembered(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        self._started.append(process)
        return process


def stop(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send the signal to a process that still runs."""
    if process.poll() is None:
        process.send_signal(number)
