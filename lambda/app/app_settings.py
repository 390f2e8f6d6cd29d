"""Read the app's environment, all of it at once or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from problems import MisconfiguredError

BUNDLE = Path(__file__).with_name("rds-global-bundle.pem")
_REQUIRED = ("DB_ENDPOINT", "DB_NAME", "DB_PORT", "DB_SECRET_ARN", "ENVIRONMENT_NAME")
_LARGEST_PORT = 65_535
_LONGEST_TTL_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """Where the database is, where its credential is kept, and how long that is remembered."""

    host: str
    port: int
    database: str
    secret_arn: str
    environment: str
    bundle: Path
    secret_ttl_seconds: int


def read_settings(environment: Mapping[str, str]) -> AppSettings:
    """Return the settings, or raise one error that lists every variable that is wrong."""
    problems = [f"{name} is not set" for name in _REQUIRED if not environment.get(name)]
    port = _number(environment, "DB_PORT", 0, range(1, _LARGEST_PORT + 1), problems)
    lifetime = _number(environment, "SECRET_TTL_SECONDS", 300, range(_LONGEST_TTL_SECONDS + 1), problems)
    if problems:
        raise MisconfiguredError("environment of the function: " + "; ".join(problems))
    return AppSettings(
        host=environment["DB_ENDPOINT"],
        port=port,
        database=environment["DB_NAME"],
        secret_arn=environment["DB_SECRET_ARN"],
        environment=environment["ENVIRONMENT_NAME"],
        bundle=Path(environment.get("DB_CA_BUNDLE") or BUNDLE),
        secret_ttl_seconds=lifetime,
    )


def _number(environment: Mapping[str, str], name: str, default: int, allowed: range, problems: list[str]) -> int:
    text = environment.get(name)
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if number not in allowed:
        problems.append(f"{name} is no number from {allowed[0]} to {allowed[-1]}")
    return number
