"""Let the base judge: from a checkout of its own, by its own code and its own locked dependencies."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from program.errors import CouldNotRunError
from program.offline.guard.tree import Tree

# A base without it has no guard that could judge another's recording.
GUARD = "program/cli/judge.py"
# What an environment may hold: that of whoever develops holds more than the base's guard runs on.
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt")
_SECONDS = 600


@contextmanager
def checked_out(root: Path, base: Tree) -> Iterator[Path]:
    """Give a folder with the files of the commit, and nothing of the working tree."""
    with tempfile.TemporaryDirectory(prefix="base-") as name:
        folder = Path(name) / "base"
        _run(root, "git", "worktree", "add", "--quiet", "--detach", str(folder), base.name)
        try:
            yield folder
        finally:
            _run(root, "git", "worktree", "remove", "--force", str(folder))


def base_python(folder: Path, base: Tree, head: Tree, say: Callable[[str], None]) -> Path:
    """Return the Python with the base's dependencies: this one, where both sides lock the same."""
    if all(base.digest(lock) == head.digest(lock) for lock in LOCKS):
        return Path(sys.executable)
    say("installing the base's locked dependencies ...")
    _run(folder, "make", "--silent", "install")
    return folder / ".venv" / "bin" / "python"


def judged_by_base(python: Path, folder: Path, recorded: Path, head: Path, jobs: int) -> bytes:
    """Return what the base's `judge` says, as JSON; raise CouldNotRunError in its own words where it can't tell."""
    arguments = ("--recorded", str(recorded), "--base", "HEAD", "--head", str(head), "--jobs", str(jobs))
    done = subprocess.run(  # noqa: S603  # our own arguments
        [python, "-m", "program.cli", "judge", *arguments, "--format", "json"],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode not in (0, 1):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise CouldNotRunError(f"the base's guard: {said[-1].removeprefix('error: ') if said else 'it said nothing'}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment without what would let Python take code from elsewhere than the base."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise CouldNotRunError(f"{command[0]} failed for the base: {said[-1] if said else 'it said nothing'}")
