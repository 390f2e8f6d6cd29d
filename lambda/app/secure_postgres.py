"""Open a PostgreSQL connection that is encrypted, verified and SCRAM only, or say in one typed error why there is none.

The rotation function and the app are deployed apart, so each folder holds this file; they are the same, byte for byte.
No message here holds anything that a server or a caller sent but a SQLSTATE and the reason of a TLS failure.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import scramp
from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_SECONDS = 10
# A little more than a statement may take: the server ends a slow statement, this a dead server.
_READ_TIMEOUT_SECONDS = STATEMENT_TIMEOUT_SECONDS + 2
_CLEARTEXT, _MD5 = 3, 5


class PostgresError(Exception):
    """A failure of the database or of the way to it, free of secrets."""

    code: ClassVar[str] = "database-refused"

    def __init__(self, message: str, *, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class UnreachableError(PostgresError):
    """Nothing answers, or not in time: worth another try later."""

    code = "database-unreachable"


class UntrustedServerError(PostgresError):
    """Something answers that does not prove to be the database over TLS; nothing was sent to it."""

    code = "untrusted-server"


class AuthenticationError(PostgresError):
    """The database does not take this user with this password (28P01)."""

    code = "authentication-failed"


class ReadOnlyError(PostgresError):
    """The node can't be written to, as a reader or an old writer after a failover: worth another try later."""

    code = "database-read-only"


class MissingBundleError(PostgresError):
    """The CA bundle, without which no server is trusted, is not there or is none."""

    code = "ca-bundle"


_BY_SQLSTATE: dict[str, type[PostgresError]] = {
    "25006": ReadOnlyError,
    "28P01": AuthenticationError,
    "53300": UnreachableError,  # too many connections
    "57P01": UnreachableError,  # being shut down
    "57P02": UnreachableError,
    "57P03": UnreachableError,  # starting up
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the database is, and what proves that it is the one."""

    host: str
    port: int
    database: str
    tls: ssl.SSLContext


class ScramConnection(Connection):  # type: ignore[misc]
    """Answers only SCRAM: a server that asks for the password itself does not get it."""

    def handle_AUTHENTICATION_REQUEST(self, data: bytes, context: Any) -> None:  # noqa: N802
        """Refuse before the driver answers."""
        if int.from_bytes(data[:4]) in (_CLEARTEXT, _MD5):
            raise UntrustedServerError("the server asks for the password instead of SCRAM; set SCRAM for this role")
        super().handle_AUTHENTICATION_REQUEST(data, context)


def tls_context(bundle: Path) -> ssl.SSLContext:
    """Return a context that takes only certificates signed by the bundle, for the right host, on TLS 1.2 or newer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=bundle)
    except (OSError, ssl.SSLError):
        raise MissingBundleError(f"{bundle.name} is not a readable file of certificates; package it") from None
    return context


def connect(address: Address, user: str, password: str, application: str, **settings: str) -> Connection:
    """Return a connection in autocommit mode whose statements end in time, with the settings for the session.

    Raise a PostgresError if there is none to be had.
    """
    try:
        plain = socket.create_connection((address.host, address.port), CONNECT_TIMEOUT_SECONDS)
    except OSError as error:
        raise UnreachableError(f"the database can't be reached ({type(error).__name__})") from None
    plain.settimeout(_READ_TIMEOUT_SECONDS)
    # The driver sends messages in parts; put together by the system, each would wait for the answer to the one before.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        return ScramConnection(
            user,
            host=address.host,
            port=address.port,
            database=address.database,
            password=password,
            ssl_context=address.tls,
            sock=plain,
            application_name=application,
            startup_params={"statement_timeout": str(STATEMENT_TIMEOUT_SECONDS * 1000), **settings},
        )
    except Exception as error:  # noqa: BLE001 (the driver raises many kinds; what is none of them is passed on)
        plain.close()
        raise translated(error) from None


def translated(error: Exception) -> Exception:
    """Return the PostgresError that tells what the driver's error means; any other error as it is."""
    # The server hangs up after a refusal, and the driver's goodbye to it may fail: the refusal is what counts.
    if isinstance(error, InterfaceError) and isinstance(error.__context__, DatabaseError):
        error = error.__context__
    kind = type(error).__name__
    meaning: type[PostgresError]
    sqlstate: str | None = None
    match error:
        case DatabaseError(args=({"C": str(state)}, *_)):
            meaning, sqlstate = _BY_SQLSTATE.get(state, PostgresError), state
            message = f"the database answers with SQLSTATE {sqlstate}"
        case InterfaceError(args=("Server refuses SSL", *_)):
            meaning, message = UntrustedServerError, "the server does not offer TLS; set rds.force_ssl=1"
        case ssl.SSLCertVerificationError():
            meaning = UntrustedServerError
            message = f"the server's certificate is not trusted: {error.verify_message}"
        case ssl.SSLError() | scramp.ScramException():
            meaning, message = UntrustedServerError, f"the server does not prove who it is ({kind})"
        case InterfaceError() | OSError():
            meaning, message = UnreachableError, f"the connection to the database broke ({kind})"
        case _:
            return error
    return meaning(message, sqlstate=sqlstate)
