"""Keep one connection to the database, and get a working one again whatever happened to it or to the password."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from pg8000.native import Connection
from secret_cache import Login, SecretCache
from secure_postgres import Address, AuthenticationError, ReadOnlyError, UnreachableError, connect, translated

# The time between the new password in the database and in Secrets Manager is short; a few seconds cover it.
BACKOFF_SECONDS = (0.0, 0.1, 0.3, 0.9, 2.7)


class Session:
    """What runs the app's queries, one at a time as Lambda does."""

    def __init__(self, address: Address, secret: SecretCache, sleep: Callable[[float], None] = time.sleep) -> None:
        self._address = address
        self._secret = secret
        self._sleep = sleep
        self._connection: Connection | None = None

    def read(self, query: str) -> Sequence[Sequence[Any]]:
        """Return the rows of a query that only reads: it is asked once more if the connection proves dead."""
        reused = self._connection is not None
        try:
            return self._run(query)
        except (UnreachableError, ReadOnlyError):
            if not reused:
                raise
        return self._run(query)

    def close(self) -> None:
        """Let go of the connection, if there is one."""
        connection, self._connection = self._connection, None
        # It may be dead already.
        with suppress(Exception):
            if connection is not None:
                connection.close()

    def _run(self, query: str) -> Sequence[Sequence[Any]]:
        if self._connection is None:
            self._connection = self._log_in()
        try:
            rows: Sequence[Sequence[Any]] = self._connection.run(query)
        except Exception as error:  # noqa: BLE001 (whatever broke it, the connection is not used again)
            self.close()
            raise translated(error) from None
        return rows

    def _log_in(self) -> Connection:
        refused = self._secret.login()
        try:
            return self._connect(refused)
        except AuthenticationError as error:
            failure = error
        for delay in BACKOFF_SECONDS:
            self._sleep(delay)
            for login in self._secret.candidates(refused):
                try:
                    connection = self._connect(login)
                except AuthenticationError as error:
                    failure = error
                else:
                    self._secret.keep(login)
                    return connection
        raise failure

    def _connect(self, login: Login) -> Connection:
        return connect(self._address, login.username, login.password, "app")
