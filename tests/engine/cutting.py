"""Cut a command off as a lost runner does: every process of it is gone at once, and nobody tidies up."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress

import psutil

from tests.engine.cloud_file import CloudFile
from tests.engine.harness import Engine

# Longer than anything that the engine does beside what is held.
QUIET_SECONDS = 1.5


@contextmanager
def running(engine: Engine, *arguments: str):
    """Start the command and give its process; what it says goes into a file."""
    with (engine.folder / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "program.cli", *arguments],
            cwd=engine.project,
            env=engine.environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            yield process
        finally:
            _kill(engine)
            process.wait()


def cut_off(engine: Engine, *arguments: str, when: Callable[[], bool], rest: float = QUIET_SECONDS) -> None:
    """Run the command, and kill all that it started once it is so and the engine has come to rest (in seconds)."""
    with running(engine, *arguments) as process:
        wait_until(when, process, engine)
        time.sleep(rest)


def wait_until(so: Callable[[], bool], process: subprocess.Popen, engine: Engine) -> None:
    """Wait until it is so, while the process runs."""
    while not so():
        assert process.poll() is None, (engine.folder / "said").read_text()
        time.sleep(0.1)


def has(cloud: CloudFile, *names: str) -> bool:
    """Tell whether the cloud has resources of these logical names."""
    there = {item.logical_name for by_id in cloud.read().resources.values() for item in by_id.values()}
    return there >= set(names)


def is_locked(engine: Engine) -> bool:
    """Tell whether any stack of the backend is locked."""
    return any(engine.state.glob(".pulumi/locks/**/*.json"))


def _kill(engine: Engine) -> None:
    """Kill what runs with the engine's own home: it is started by nobody else."""
    while processes := [each for each in psutil.process_iter() if _is_of(each, engine)]:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _is_of(process: psutil.Process, engine: Engine) -> bool:
    # A process may be gone, or somebody else's; one that has ended has no environment.
    with suppress(psutil.Error):
        return process.environ().get("PULUMI_HOME") == engine.environment["PULUMI_HOME"]
    return False
