"""Run the Pulumi CLI: what it says is streamed, what it ends with returned, and nothing of it outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from program.engine.pulumi_cli.alive import session
from program.errors import CouldNotRunError

BINARY = "pulumi"
# The oldest version that this was run with.
NOT_ON_PATH = f"{BINARY} is not on PATH; install the Pulumi CLI, 3.260 or newer (https://www.pulumi.com/docs/install/)"
# How long the CLI may take to end by itself: an update that is stopped first finishes its step.
GRACE_SECONDS = 120.0
_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


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
    """The CLI in one project folder with one environment; `say` takes each line that it writes to stderr.

    `conceal` takes out of its messages what nobody may see; what it writes to stdout as data stays as it is.
    """

    folder: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    conceal: Callable[[str], str] = str

    def run(self, *arguments: str, seconds: float) -> Ran:
        """Run the CLI and wait for it; one that takes longer than `seconds` is stopped, with all that it started.

        Raises CouldNotRunError when there is no CLI or its time is over, and PulumiInterrupted after Ctrl-C, SIGTERM
        or a lost terminal, of which the CLI is told first.
        """
        # The signals are held before the CLI is there, so that none leaves it running on its own.
        with _stopping() as stopping, self._started(arguments) as process:
            stopping.passed_on_to(process)
            streams = _Streams(process, lambda line: self.say(self.conceal(line)))
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                _end(process)
                raise CouldNotRunError(
                    f"pulumi {arguments[0]} did not end within {seconds:g} seconds and was stopped; if it left a lock "
                    f"or half an update, `./parity recover STACK` says so"
                ) from None
            finally:
                # A policy pack or a program that hangs is deaf to everything else.
                _kill(process)
            ran = streams.ended(process.returncode)
            ran = Ran(ran.code, ran.stdout if ran.code == 0 else self.conceal(ran.stdout), self.conceal(ran.stderr))
        if stopping.count:
            raise PulumiInterrupted(killed=stopping.count > 1 or process.returncode < 0)
        return ran

    def _started(self, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(  # noqa: S603  # our own arguments
                [BINARY, *arguments, "--non-interactive", "--color", "never"],
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                # A session of its own: all that it starts is found by it, and Ctrl-C reaches us alone.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise CouldNotRunError(NOT_ON_PATH) from None


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
            # Whoever listens may be gone; the CLI must not be kept waiting for that.
            with suppress(OSError):
                say(line.rstrip())


@dataclass(slots=True)
class _Stopping:
    """Passes the first signal on to the CLI, which then ends what it is at, and kills it at the second."""

    count: int = 0
    process: subprocess.Popen[str] | None = None
    patience: list[threading.Timer] = field(default_factory=list)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.process is not None:
            self.passed_on_to(self.process)

    def passed_on_to(self, process: subprocess.Popen[str]) -> None:
        """Tell the process of the signals so far, and of every later one."""
        self.process = process
        if self.count > 1:
            _kill(process)
        elif self.count == 1:
            process.send_signal(signal.SIGINT)
            timer = threading.Timer(GRACE_SECONDS, _kill, [process])
            timer.daemon = True
            timer.start()
            self.patience.append(timer)


@contextmanager
def _stopping() -> Iterator[_Stopping]:
    stopping = _Stopping()
    before = {number: signal.signal(number, stopping.stop) for number in _SIGNALS}
    try:
        yield stopping
    finally:
        for timer in stopping.patience:
            timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[str]) -> None:
    """Let the CLI end by itself, as after Ctrl-C, for as long as that is given."""
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=GRACE_SECONDS)


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill the CLI and all that it started: plugins have groups of their own, but share its session."""
    for number in (process.pid, *session(process.pid)):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(number, signal.SIGKILL)
