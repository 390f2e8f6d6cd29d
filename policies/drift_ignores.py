"""Drift that is let pass, as drift-ignores.yaml has it: every entry with a reason, an owner and an end."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from policies.drift_noise import is_at
from policies.exemptions import parse_date
from policies.globs import matches
from policies.limits import EnvironmentName, Limits, Reason
from policies.schema import StrictModel, parse_file, suggest

IGNORES_FILE = Path(__file__).resolve().parent / "drift-ignores.yaml"


class Ignore(StrictModel):
    """One property that may drift in one environment until a day.

    `type` and `name` (Pulumi's logical name) are globs; `property` is a path, and covers what stands below it. A member
    of a list goes by its name (`parameters[log_statement]`), of a set by its text; `[]` is any member.
    """

    environment: EnvironmentName
    type: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    property: Annotated[str, Field(min_length=1)]
    reason: Reason
    owner: Annotated[str, Field(min_length=2)]
    expires: Annotated[datetime.date, BeforeValidator(parse_date)]

    def covers(self, type_: str, name: str, path: str) -> bool:
        """Tell whether the entry is about the property at the path of that resource."""
        return matches(type_, self.type) and matches(name, self.name) and is_at(path, self.property)

    def __str__(self) -> str:
        return f"{self.type} {self.name}: {self.property}"


class Ignores(StrictModel):
    """All that the file says."""

    ignores: list[Ignore]


def ignore_problems(ignores: Iterable[Ignore], limits: Limits, today: datetime.date) -> Iterator[str]:
    """Yield what is wrong with entries beyond their form: an environment that there is not, an end too far ahead."""
    for entry in ignores:
        environment = limits.environments.get(entry.environment)
        if environment is None:
            hint = suggest(entry.environment, list(limits.environments))
            yield f"{entry}: there is no environment {entry.environment!r}{hint}"
        elif (entry.expires - today).days > environment.exemption_days:
            yield (
                f"{entry}: expires on {entry.expires}, more than the {environment.exemption_days} days ahead that "
                f"{entry.environment} allows"
            )


def load_ignores(path: Path = IGNORES_FILE) -> tuple[Ignore, ...]:
    """Read the file; raise ReviewedFileError with every problem of it."""
    return tuple(parse_file(Ignores, path).ignores)
