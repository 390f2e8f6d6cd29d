"""Start the pack for one stack after another, each in a process forked from this one.

    python -m policies.host SOCKET PACK

SOCKET is the number of an open, listening Unix socket, PACK the pack's folder; the host ends when its standard input
does. Whoever connects sends one line of JSON, `{"environment": {variable: value}, "errors": file}`, and reads the
pack's port, a line; the pack lives as long as the connection. The host has imported the pack, which is what takes
time, and nothing of what the pack is to judge: a program can't reach into its own guard.
"""

from __future__ import annotations

import gc
import io
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# A pack judges one stack and ends, and the host does nothing but fork: there is no garbage worth a walk through all
# that is imported.
gc.disable()

import policies.pack  # noqa: E402  # forked packs find it imported
from policies.limits import limits  # noqa: E402
from policies.schema import ReviewedFileError  # noqa: E402


@dataclass(frozen=True, slots=True)
class _Pack:
    """A pack that was started: its process, and the connection that it serves."""

    process: int
    connection: socket.socket


def main() -> None:
    """Start packs until whoever started the host is gone."""
    # Limits that can't be used are told by each pack, to whom it serves.
    with suppress(ReviewedFileError):
        limits()
        policies.pack.policies()
    # Ctrl-C is for whoever started the host; it goes when they do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener, pack = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.buffer, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin.buffer:
                    _end_all(selector)
                    return
                if key.fileobj is listener:
                    _start(selector, listener, pack)
                else:
                    _end(selector, key.data)


def _start(selector: selectors.BaseSelector, listener: socket.socket, folder: Path) -> None:
    connection, _ = listener.accept()
    with connection.makefile("rb") as stream:
        line = stream.readline()
    if not line:
        connection.close()
        return
    # The read end of a pipe that the pack alone can write to: it ends with the pack.
    alive, held = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(alive)
        _serve(connection, folder, json.loads(line))
    os.close(held)
    pack = _Pack(process, connection)
    selector.register(connection, selectors.EVENT_READ, pack)
    selector.register(os.fdopen(alive, "rb", buffering=0), selectors.EVENT_READ, pack)


def _end(selector: selectors.BaseSelector, pack: _Pack) -> None:
    """End the pack, whose connection was closed, or which ended by itself."""
    for key in [key for key in selector.get_map().values() if key.data is pack]:
        selector.unregister(key.fileobj)
        _closed(key.fileobj)
    os.kill(pack.process, signal.SIGTERM)
    os.waitpid(pack.process, 0)


def _end_all(selector: selectors.BaseSelector) -> None:
    for pack in {key.data for key in selector.get_map().values() if key.data is not None}:
        _end(selector, pack)


def _closed(file: object) -> None:
    if isinstance(file, socket.socket | io.IOBase):
        file.close()


def _serve(connection: socket.socket, folder: Path, request: dict[str, object]) -> None:
    """Become the pack: the same module, arguments, folder and environment as when the engine starts it."""
    environment, errors = request["environment"], request["errors"]
    assert isinstance(environment, dict)
    os.environ.update(environment)
    os.chdir(folder)
    status = 1
    try:
        with (
            Path(str(errors)).open("w", encoding="utf-8", buffering=1) as stderr,
            # Unbuffered, as under `python -u`, on which a pack of the SDK relies: it never flushes its port.
            io.TextIOWrapper(_unbuffered(connection), write_through=True) as stdout,
        ):
            sys.stdout, sys.stderr = stdout, stderr
            sys.argv = ["pulumi.policy", "127.0.0.1:0", str(folder)]
            runpy.run_module("pulumi.policy", run_name="__main__")
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(status)


def _unbuffered(connection: socket.socket) -> BinaryIO:
    return os.fdopen(os.dup(connection.fileno()), "wb", buffering=0)


if __name__ == "__main__":
    main()
