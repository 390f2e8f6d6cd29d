"""Make the app's role with the master credential, or give it back a password that nobody lost: this one role only."""

from __future__ import annotations

from anchors import Anchors
from credential import MasterCredential
from database import Database
from failures import ConfigError
from pg8000.native import Connection, identifier, literal
from verifier import scram_verifier

# rds_superuser is Aurora's nearest to a superuser; where it isn't, the role has no such member.
_FIND_ROLE = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR EXISTS (
           SELECT FROM pg_auth_members AS membership JOIN pg_roles AS granted ON granted.oid = membership.roleid
           WHERE membership.member = role.oid AND granted.rolname LIKE 'rds\\_%')
FROM pg_roles AS role WHERE rolname = :role
"""


def provision(database: Database, anchors: Anchors, master: MasterCredential, password: str) -> str:
    """Let the role log in with the password; return whether it was `provisioned` or `repaired`."""
    if master.username == anchors.username:
        raise ConfigError("DB_USERNAME is the master's name; the app needs a role of its own")
    verifier = literal(scram_verifier(password))
    role, name = identifier(anchors.username), identifier(anchors.database)
    # What the master makes in this database later, the app can use: it reads and writes rows and changes no schema.
    future = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
    create = (
        f"CREATE ROLE {role} LOGIN PASSWORD {verifier}",
        f"GRANT CONNECT ON DATABASE {name} TO {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"{future} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        f"{future} USAGE, SELECT ON SEQUENCES TO {role}",
    )
    repair = (f"ALTER ROLE {role} LOGIN PASSWORD {verifier}",)
    with database.session(master.username, master.password) as connection:
        exists = _exists(connection, anchors.username)
        database.retried(lambda: database.write(connection, *(repair if exists else create)))
    return "repaired" if exists else "provisioned"


def _exists(connection: Connection, role: str) -> bool:
    rows = connection.run(_FIND_ROLE, role=role)
    if rows and rows[0][0]:
        raise ConfigError("DB_USERNAME is a role with rights over others; a plain role of the app's own is needed")
    return bool(rows)
