"""A test double of Pulumi's language host for Python: it starts programs and policy packs as the real host does.

The CLI is an ordinary Go module; its language host comes only with Pulumi's releases. So the tests bring one of their
own, of grpc and the protobufs of the package `pulumi`. The CLI finds it as the executable `pulumi-language-python`
beside itself (install.py writes it), starts it with the engine's address, and reads the port that it prints. A CLI
attaches to it instead with PULUMI_DEBUG_LANGUAGES=python:PORT and `with serve() as port`.

What tests with it prove is what the engine, the program and the pack do. What they do not prove: what the real host
does besides, and that is every toolchain but a virtual environment, installing, type checkers, debuggers, converting
and generating code, and plugins that are no policy packs. Where a virtual environment is missing, it fails at once,
where the real one may wait.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi.runtime.proto import language_pb2_grpc

from tests.engine.language_host.host import Host
from tests.engine.language_host.processes import Processes
from tests.engine.language_host.serving import serving


@contextmanager
def serve(engine: str = "") -> Iterator[int]:
    """Serve a language host; give its port. What it started ends with it."""
    processes = Processes()
    host = Host(engine, processes)
    with serving(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)) as port:
        try:
            yield port
        finally:
            processes.end()


def main() -> None:
    """Serve one CLI until it says so, or is gone: then its end of stdin closes."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())

    def wait_for_the_cli() -> None:
        sys.stdin.read()
        stopped.set()

    threading.Thread(target=wait_for_the_cli, daemon=True).start()
    with serve(_address(sys.argv[1:])) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        stopped.wait()
    # Threads that still wait for a program or a pack are not waited for.
    os._exit(0)


def _address(arguments: list[str]) -> str:
    """Return the engine's address, which stands after the options that the double has no use for."""
    return next((each for each in arguments if not each.startswith("-")), "")
