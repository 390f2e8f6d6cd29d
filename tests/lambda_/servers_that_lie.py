"""Servers that are no database, or not the right one; each answers the first message and keeps what it gets."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.lambda_.certificates import Identity

_ASK_FOR_PASSWORD = {"cleartext": b"R\0\0\0\x08\0\0\0\x03", "md5": b"R\0\0\0\x0c\0\0\0\x05salt"}


class Heard:
    """What clients told the server inside of TLS, and on which port it listens."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.inside = b""


@contextmanager
def plaintext_server() -> Iterator[Heard]:
    """Refuse TLS, as a server with `ssl = off` does."""
    with _listening(lambda connection, _: connection.sendall(b"N")) as heard:
        yield heard


@contextmanager
def silent_server() -> Iterator[Heard]:
    """Accept the connection and say nothing."""
    with _listening(lambda connection, _: connection.recv(1)) as heard:
        yield heard


@contextmanager
def tls_server(identity: Identity, asks_for: str = "cleartext") -> Iterator[Heard]:
    """Prove to be what the certificate says, then ask for the password itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)

    def answer(connection: socket.socket, heard: Heard) -> None:
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as inside:
            heard.inside += inside.recv(4096)
            inside.sendall(_ASK_FOR_PASSWORD[asks_for])
            heard.inside += inside.recv(4096)

    with _listening(answer) as heard:
        yield heard


@contextmanager
def _listening(answer) -> Iterator[Heard]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = Heard(listener.getsockname()[1])

        def serve() -> None:
            # A client that does not trust the server hangs up, and the test's end closes the listener.
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.recv(8)
                        answer(connection, heard)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield heard
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()
