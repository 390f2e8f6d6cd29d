"""Start policy packs from a helper that has imported no program: what a pack judges can't change it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from program.errors import CouldNotRunError
from program.project.definition import ROOT, SERVICE, Project

ORGANIZATION = "organization"
PACK_FOLDER = "policies"
# The first line that a pack says is its port; one that says none within this time did not start.
START_SECONDS = 60.0
# How a traceback names a line, and how a line of ours begins that names one.
_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+).*')
_AT_A_PLACE = re.compile(r"[\w./-]+\.\w+:\d+: ")
# A port and its line's end.
_LONGEST_PORT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PackHost:
    """The helper: where it listens, and where it and its packs write their errors. It can be used after a fork."""

    address: str
    folder: Path
    start_seconds: float
    root: Path

    @contextmanager
    def pack(self, *, stack: str, config: Mapping[str, str], project: Project = SERVICE) -> Iterator[int]:
        """Start a pack for the stack, give its port, and end it with the block; raise CouldNotRunError if it can't."""
        with (
            tempfile.NamedTemporaryFile(prefix="pack-", dir=self.folder) as errors,
            socket.socket(socket.AF_UNIX) as connection,
        ):
            request = {"environment": _environment(project, stack, config), "errors": errors.name}
            yield self._port(connection, json.dumps(request).encode() + b"\n", Path(errors.name))

    def _port(self, connection: socket.socket, request: bytes, errors: Path) -> int:
        connection.settimeout(self.start_seconds)
        try:
            connection.connect(self.address)
            connection.sendall(request)
            line = connection.recv(_LONGEST_PORT).strip()
        except TimeoutError:
            raise CouldNotRunError(
                f"the policy pack did not start: it said nothing for {self.start_seconds:g} seconds"
            ) from None
        except ConnectionError:
            line = b""
        if not line.isdigit():
            said = last_words([*_lines(errors), *_lines(self.folder / "host")], self.root)
            raise CouldNotRunError(said or "the policy pack did not start: it said nothing")
        return int(line)


@contextmanager
def pack_host(
    *, root: Path = ROOT, pack: Path | None = None, start_seconds: float = START_SECONDS
) -> Iterator[PackHost]:
    """Start the helper, which imports the pack of the project at `root`, and end it and its packs with the block.

    It is a Python of its own: what this process has imported doesn't matter. `pack` is another folder to run.
    """
    with (
        tempfile.TemporaryDirectory(prefix="packs-") as name,
        socket.socket(socket.AF_UNIX) as listener,
        (Path(name) / "host").open("wb") as errors,
    ):
        folder = Path(name)
        address = str(folder / "socket")
        listener.bind(address)
        listener.listen()
        command = [sys.executable, "-m", "policies.host", str(listener.fileno()), str(pack or root / PACK_FOLDER)]
        with subprocess.Popen(  # noqa: S603  # our own module
            command, cwd=root, stdin=subprocess.PIPE, stderr=errors, pass_fds=(listener.fileno(),)
        ) as host:
            # What connects waits here until the helper listens; once it is gone, nobody waits for it.
            listener.close()
            try:
                yield PackHost(address=address, folder=folder, start_seconds=start_seconds, root=root)
            finally:
                # It ends with its standard input; interrupted, Popen by itself would leave it running.
                host.communicate()


def _environment(project: Project, stack: str, config: Mapping[str, str]) -> dict[str, str]:
    return {
        "PULUMI_CONFIG": json.dumps(dict(config)),
        "PULUMI_DRY_RUN": "true",
        "PULUMI_ORGANIZATION": ORGANIZATION,
        "PULUMI_PROJECT": project.name(),
        "PULUMI_STACK": stack,
    }


def last_words(said: list[str], root: Path) -> str | None:
    """Return in one line why a pack did not start, with the file and line of ours where Python stopped."""
    if not said:
        return None
    frames = (_FRAME.fullmatch(line) for line in reversed(said))
    for frame in frames:
        if frame is not None and Path(frame["file"]).is_relative_to(root):
            place = f"{Path(frame['file']).relative_to(root).as_posix()}:{frame['line']}"
            return f"{place}: {said[-1]}; the policy pack did not start"
    return said[-1] if _AT_A_PLACE.match(said[-1]) else f"the policy pack did not start: {said[-1]}"


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
