"""A real PostgreSQL for the tests: TLS with SCRAM only, every statement logged, pg_stat_statements loaded."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pg8000.native import Connection, identifier, literal

from tests.lambda_.certificates import Identity

_DEBIAN = Path("/usr/lib/postgresql")
_HBA = """
local all,replication all trust
hostssl all all 127.0.0.1/32 scram-sha-256
"""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "ssl": "on",
    "ssl_min_protocol_version": "TLSv1.2",
    "password_encryption": "scram-sha-256",
    "log_statement": "all",
    "log_connections": "on",
    "log_min_messages": "info",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "all",
    "max_connections": "200",
    "fsync": "off",
}
MASTER = "cluster_master"
MASTER_PASSWORD = "Master-0123456789-sentinel"
DATABASE = "app"


def find_binaries() -> Path | None:
    """Return the folder of a PostgreSQL server's programs, None if there is none."""
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: path.parts[-3] != "15")
    on_path = shutil.which("initdb")
    return versions[0].parent if versions else Path(on_path).resolve().parent if on_path else None


class Server:
    """One cluster in a folder of its own; root hands it to the user `postgres`, as initdb refuses root."""

    def __init__(self, binaries: Path, identity: Identity) -> None:
        self._binaries = binaries
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="parity-postgres-"))
        self.data = self.folder / "data"
        self.log_file = self.folder / "server.log"
        self.port = free_port()
        self._certificate = self._take(identity.certificate, "server.crt")
        self._key = self._take(identity.key, "server.key")
        self._superuser: dict[str, Connection] = {}
        if self._user:
            shutil.chown(self.folder, self._user, self._user)

    def create(self) -> None:
        """Make and start a new cluster with a master role like RDS's: no superuser, but one that can make roles."""
        self._run("initdb", "--pgdata", str(self.data), "--auth", "trust", "--username", "root", "--no-sync")
        self.start()
        self.sql("CREATE EXTENSION pg_stat_statements")
        self.sql("CREATE ROLE rds_superuser NOLOGIN")
        self.sql(
            f"CREATE ROLE {MASTER} LOGIN CREATEDB CREATEROLE PASSWORD '{MASTER_PASSWORD}' "
            "IN ROLE rds_superuser, pg_monitor"
        )
        self.sql(f"CREATE DATABASE {DATABASE} OWNER {MASTER}")
        self.sql("SELECT pg_stat_statements_reset()")
        self.forget_log()

    def create_reader_of(self, writer: Server) -> None:
        """Make and start a hot standby of the writer."""
        source = ["--host", str(writer.folder), "--port", str(writer.port), "--username", "root"]
        self._run("pg_basebackup", *source, "--pgdata", str(self.data), "--write-recovery-conf", "--checkpoint=fast")
        self.start()

    def start(self) -> None:
        """Start the cluster and wait until it answers."""
        (self.data / "pg_hba.conf").write_text(_HBA)
        settings = _SETTINGS | {
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "ssl_cert_file": str(self._certificate),
            "ssl_key_file": str(self._key),
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        where = ["--pgdata", str(self.data), "--log", str(self.log_file)]
        self._run("pg_ctl", "start", "--wait", *where, "--options", options)

    def stop(self) -> None:
        """Stop the cluster at once."""
        for connection in self._superuser.values():
            connection.close()
        self._run("pg_ctl", "stop", "--pgdata", str(self.data), "--mode", "immediate")

    def remove(self) -> None:
        """Stop the cluster and forget it."""
        self.stop()
        shutil.rmtree(self.folder)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run the statement as the superuser, by the local socket; return its rows as text."""
        if database not in self._superuser:
            unix_sock = str(self.folder / f".s.PGSQL.{self.port}")
            self._superuser[database] = Connection("root", unix_sock=unix_sock, database=database, ssl_context=False)
        rows = self._superuser[database].run(statement) or []
        return "\n".join("|".join(_text(value) for value in row) for row in rows)

    def drop_role(self, role: str) -> None:
        """Remove the role and all that it was granted, if there is one."""
        name = identifier(role)
        if self.sql(f"SELECT count(*) FROM pg_roles WHERE rolname = {literal(role)}") == "1":
            self.sql(f"DROP OWNED BY {name}", DATABASE)
            self.sql(f"DROP ROLE {name}")

    def log(self) -> str:
        """Return what the server logged."""
        return self.log_file.read_text(errors="replace")

    def statements(self) -> str:
        """Return what pg_stat_statements remembers."""
        return self.sql("SELECT query FROM pg_stat_statements")

    def forget_log(self) -> None:
        """Empty the log: what the set-up logged is none of the functions' doing."""
        os.truncate(self.log_file, 0)

    def _take(self, file: Path, name: str) -> Path:
        copy = self.folder / name
        shutil.copy(file, copy)
        copy.chmod(0o600)
        if self._user:
            shutil.chown(copy, self._user, self._user)
        return copy

    def _run(self, program: str, *arguments: str) -> str:
        command: Sequence[str] = [str(self._binaries / program), *arguments]
        # pg_ctl's server keeps the output open, so it goes to a file and not to a pipe that nobody ends.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command, stdout=output, stderr=output, user=self._user, group=self._user, cwd="/", check=False
            )
            output.seek(0)
            text = output.read()
        assert done.returncode == 0, f"{program}: {text}"
        return text


def _text(value: object) -> str:
    # As psql writes it.
    return "" if value is None else str(value) if not isinstance(value, bool) else "ft"[value]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
