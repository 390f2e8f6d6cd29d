"""What a rotation does in the database: log in as the role, give the role a verifier, prove that it holds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from anchors import Anchors
from pg8000.native import Connection, identifier, literal
from secure_postgres import Address, AuthenticationError, PostgresError, ReadOnlyError, connect, tls_context, translated
from verifier import scram_verifier

_APPLICATION = "secret-rotation"
# Nothing that someone put into another schema stands in for the catalogue's own.
_SEARCH_PATH = "pg_catalog"
_ATTEMPTS = 3
# Two transactions changed the same row of the catalogue at once, could not be ordered, or waited for each other.
_TRANSIENT = frozenset({"XX000", "40001", "40P01"})


class Database:
    """The one database, seen as the role that rotates; every call has a connection of its own."""

    def __init__(self, anchors: Anchors, sleep: Callable[[float], None] = time.sleep) -> None:
        self._role = anchors.username
        self._probe_query = anchors.probe_query
        self._sleep = sleep
        self._address = Address(
            host=anchors.host, port=anchors.port, database=anchors.database, tls=tls_context(anchors.bundle)
        )

    def accepts(self, password: str) -> bool:
        """Return whether the role can log in with the password; anything but a wrong password is an error."""
        try:
            with self.session(self._role, password):
                return True
        except AuthenticationError:
            return False

    def change_password(self, known: str, new: str) -> bool:
        """Change the role's password as the role itself; return False if the known one is wrong."""
        try:
            with self.session(self._role, known) as connection:
                verifier = scram_verifier(new)
                statement = f"ALTER ROLE {identifier(self._role)} PASSWORD {literal(verifier)}"
                self.retried(lambda: self.write(connection, statement))
        except AuthenticationError:
            return False
        return True

    def prove(self, password: str) -> None:
        """Log in anew with the password and see that role, encryption and node are as they must be."""
        with self.session(self._role, password) as connection:
            rows = connection.run(
                "SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), pg_is_in_recovery()"
            )
            role, encrypted, in_recovery = rows[0]
            if role != self._role or not encrypted:
                raise PostgresError("the new password opens a session of another role, or one without TLS")
            if in_recovery:
                raise ReadOnlyError("the database's endpoint leads to a reader")
            connection.run("BEGIN READ ONLY")
            connection.run(self._probe_query)
            connection.run("ROLLBACK")

    @contextmanager
    def session(self, user: str, password: str) -> Iterator[Connection]:
        """Hold a connection for a while; every failure in it is a PostgresError."""
        connection = connect(self._address, user, password, _APPLICATION, search_path=_SEARCH_PATH)
        try:
            yield connection
        except Exception as error:  # noqa: BLE001 (what is none of the driver's kinds is passed on)
            raise translated(error) from None
        finally:
            # The work is done, or its error is on its way.
            with suppress(Exception):
                connection.close()

    def write(self, connection: Connection, *statements: str) -> None:
        """Run the statements as one, on a node that can be written to."""
        rows = connection.run("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool")
        if rows[0][0]:
            # A writer's endpoint leads to a reader for a while after a failover.
            raise ReadOnlyError("the database can't be written to: a reader, or default_transaction_read_only")
        connection.run("BEGIN")
        try:
            for statement in statements:
                connection.run(statement)
        except Exception:
            # What went wrong before is the error that counts.
            with suppress(Exception):
                connection.run("ROLLBACK")
            raise
        connection.run("COMMIT")

    def retried(self, work: Callable[[], None]) -> None:
        """Do the work, again if it met another session's work on the same row."""
        attempt = 1
        while True:
            try:
                work()
            except Exception as error:  # noqa: BLE001 (only what is known to pass is tried again)
                failure = translated(error)
                known = isinstance(failure, PostgresError) and failure.sqlstate in _TRANSIENT
                if attempt == _ATTEMPTS or not known:
                    raise failure from None
            else:
                return
            self._sleep(random.uniform(0.05, 0.2) * attempt)  # noqa: S311 (spreads the attempts, hides nothing)
            attempt += 1
