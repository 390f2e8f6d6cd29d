"""Serve gRPC on a free port of this machine, for messages as large as the engine's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc

LARGE = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
# A program and each pack hold a thread for as long as they run.
_THREADS = 64
_GRACE_SECONDS = 2


@contextmanager
def serving(add: Callable[[grpc.Server], object]) -> Iterator[int]:
    """Serve what is added to the server; give the port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=LARGE)
    add(server)
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        # Whoever is being answered hears the answer.
        server.stop(_GRACE_SECONDS).wait()
