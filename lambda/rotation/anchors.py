"""Read the function's environment: what the program that deployed it says, and the secret must agree with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from failures import ConfigError

BUNDLE = Path(__file__).with_name("rds-global-bundle.pem")
_REQUIRED = ("SECRET_ARN", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USERNAME", "ENVIRONMENT_NAME")
_LARGEST_PORT = 65_535
# PostgreSQL cuts a longer name off, and then it is another role's name.
_LONGEST_NAME_BYTES = 63
_PASSWORD_LENGTHS = range(16, 42)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The one secret, the one database and the one role that this function works on."""

    secret_arn: str
    master_secret_arn: str | None
    host: str
    port: int
    database: str
    username: str
    environment: str
    bundle: Path
    password_length: int
    probe_query: str


def read_anchors(environment: Mapping[str, str]) -> Anchors:
    """Return the anchors, or raise one error that lists every variable that is wrong."""
    problems = [f"{name} is not set" for name in _REQUIRED if not environment.get(name)]
    port = _number(environment, "DB_PORT", "0", range(1, _LARGEST_PORT + 1), problems)
    length = _number(environment, "PASSWORD_LENGTH", "32", _PASSWORD_LENGTHS, problems)
    username = environment.get("DB_USERNAME", "")
    if len(username.encode()) > _LONGEST_NAME_BYTES or "\0" in username:
        problems.append(f"DB_USERNAME is no role's name; at most {_LONGEST_NAME_BYTES} bytes are allowed")
    if problems:
        raise ConfigError("environment of the function: " + "; ".join(problems))
    return Anchors(
        secret_arn=environment["SECRET_ARN"],
        master_secret_arn=environment.get("MASTER_SECRET_ARN") or None,
        host=environment["DB_HOST"],
        port=port,
        database=environment["DB_NAME"],
        username=username,
        environment=environment["ENVIRONMENT_NAME"],
        bundle=Path(environment.get("DB_CA_BUNDLE") or BUNDLE),
        password_length=length,
        probe_query=environment.get("PROBE_QUERY") or "SELECT 1",
    )


def _number(environment: Mapping[str, str], name: str, default: str, allowed: range, problems: list[str]) -> int:
    text = environment.get(name) or default
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if number not in allowed and name in environment:
        problems.append(f"{name} is no number from {allowed[0]} to {allowed[-1]}")
    return number
