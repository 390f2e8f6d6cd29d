"""Run the Pulumi CLI: what it says is streamed, what it ends with returned, and nothing of it outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from program.errors import CouldNotRunError

BINARY = "pulumi"
# After it the CLI gets no second chance to end by itself: an update that is stopped first finishes its step.
GRACE_SECONDS = 120.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended; both streams as text."""

    code: int
    stdout: str
    stderr: str


class PulumiInterrupted(KeyboardInterrupt):
    """The user stopped the run; `killed` says that the CLI did not end by itself, so that a lock can be left."""

    def __init__(self, *, killed: bool) -> None:
        super().__init__()
        self.killed = killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulumi:
    """The CLI in one project folder with one environment; `say` takes each line that it writes to stderr."""

    folder: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]

    def run(self, *arguments: str, seconds: float) -> Ran:
        """Run the CLI and wait for it; one that takes longer than `seconds` is killed with all that it started.

        Raises CouldNotRunError when there is no CLI or its time is over, and PulumiInterrupted after Ctrl-C or
        SIGTERM, which the CLI is told of first.
        """
        try:
            process = subprocess.Popen(  # noqa: S603  # our own arguments
                [BINARY, *arguments, "--non-interactive", "--color", "never"],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                # Its own group: what it starts (a pack, the program) is killed with it, and Ctrl-C reaches us alone.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise CouldNotRunError(
                f"{BINARY} is not on PATH; install the Pulumi CLI (https://www.pulumi.com/docs/install/)"
            ) from None
        with process, _stopping(process) as stopped:
            streams = _Streams(process, self.say)
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise CouldNotRunError(
                    f"pulumi {arguments[0]} did not end within {seconds:g} seconds and was killed; a lock that it "
                    f"held is left: `pulumi cancel` removes it, once nobody else deploys"
                ) from None
            finally:
                # A policy pack or a program that hangs is deaf to everything else.
                _kill_group(process)
            ran = streams.ended(process.returncode)
        if stopped:
            raise PulumiInterrupted(killed=len(stopped) > 1 or process.returncode < 0)
        return ran


class _Streams:
    """Reads both streams as they come, so that neither blocks."""

    def __init__(self, process: subprocess.Popen[str], say: Callable[[str], None]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._out: list[str] = []
        self._err: list[str] = []
        self._threads = (
            threading.Thread(target=_read, args=(process.stdout, self._out, None), daemon=True),
            threading.Thread(target=_read, args=(process.stderr, self._err, say), daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def ended(self, code: int) -> Ran:
        for thread in self._threads:
            thread.join()
        return Ran(code, "".join(self._out), "".join(self._err))


def _read(stream: IO[str], lines: list[str], say: Callable[[str], None] | None) -> None:
    for line in stream:
        lines.append(line)
        if say is not None and line.strip():
            say(line.rstrip())


@contextmanager
def _stopping(process: subprocess.Popen[str]) -> Iterator[list[int]]:
    """Pass the first Ctrl-C or SIGTERM on to the CLI, which then ends what it is at; kill it at the second."""
    stopped: list[int] = []
    patience = threading.Timer(GRACE_SECONDS, _kill_group, [process])
    patience.daemon = True

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)
        if len(stopped) > 1:
            _kill_group(process)
            return
        process.send_signal(signal.SIGINT)
        patience.start()

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield stopped
    finally:
        patience.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _kill_group(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        # Nothing of the group is left.
        return
