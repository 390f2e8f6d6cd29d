"""Exemptions from rules, as exemptions.yaml has them, and what became of each."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from policies.globs import matches
from policies.known.worlds import SERVICE, World, of_project
from policies.limits import Accepted, EnvironmentLimits, EnvironmentName, Limits, Reason
from policies.schema import StrictModel, parse_file, suggest

EXEMPTIONS_FILE = Path(__file__).resolve().parent / "exemptions.yaml"
EXEMPTIONS_VARIABLE = "PARITY_EXEMPTIONS_FILE"
WARNING_DAYS = 14


def parse_date(value: object) -> object:
    """Return the date that the text stands for; anything but text is left for the model to refuse."""
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be a date such as 2027-01-31") from None


class Exemption(StrictModel):
    """One rule that some resources of one project in one environment need not keep, until a day."""

    rule: str
    project: World = SERVICE
    resource: Annotated[str, Field(min_length=1)]
    environment: EnvironmentName
    reason: Reason
    owner: Annotated[str, Field(min_length=2)]
    expires: Annotated[datetime.date, BeforeValidator(parse_date)]

    def covers(self, rule: str, urn: str, name: str, environment: str) -> bool:
        """Tell whether the exemption is about this rule, resource and environment."""
        of_resource = self.resource == urn or matches(name, self.resource)
        return self.rule == rule and self.environment == environment and of_resource

    def __str__(self) -> str:
        return f"{self.rule} for {self.resource}{of_project(self.project)} in {self.environment}"


class Exemptions(StrictModel):
    """All that the file says."""

    exemptions: list[Exemption]


def load_exemptions(path: Path | None = None) -> tuple[Exemption, ...]:
    """Read the file (by default PARITY_EXEMPTIONS_FILE, else the pack's own); raise ReviewedFileError."""
    chosen = path or Path(os.environ.get(EXEMPTIONS_VARIABLE) or EXEMPTIONS_FILE)
    return tuple(parse_file(Exemptions, chosen).exemptions)


class Ledger:
    """The exemptions of one run, and which of them were used; those of other projects cover nothing in it."""

    def __init__(self, exemptions: tuple[Exemption, ...], today: datetime.date, severities: Mapping[str, str]) -> None:
        self.exemptions = exemptions
        self._severities = severities
        self._today = today
        self._used: set[Exemption] = set()
        self._accepted: set[str] = set()

    def accept(self, accepted: Accepted) -> None:
        """Note that an accepted finding was needed."""
        self._accepted.add(str(accepted))

    def find(self, rule: str, urn: str, name: str, environment: str, world: World) -> Exemption | None:
        """Return an exemption that holds today, and note that it was needed."""
        for exemption in self.exemptions:
            if exemption.project == world and exemption.covers(rule, urn, name, environment):
                self._used.add(exemption)
                if exemption.expires >= self._today:
                    return exemption
        return None

    def problems(self, limits: Limits, environment: str) -> Iterator[str]:
        """Yield what is wrong with the file for this environment: it is judged after everything else."""
        for exemption in self.exemptions:
            if exemption.rule not in self._severities:
                yield f"{exemption}: there is no such rule{suggest(exemption.rule, list(self._severities))}"
            if exemption.environment not in limits.environments:
                known = list(limits.environments)
                yield f"{exemption}: there is no such environment{suggest(exemption.environment, known)}"
            if exemption.environment == environment:
                yield from self._problems(exemption, limits.environments[environment])

    def _problems(self, exemption: Exemption, limits: EnvironmentLimits) -> Iterator[str]:
        if exemption.expires < self._today:
            yield f"{exemption}: expired on {exemption.expires}; mend the resource and remove the exemption"
        elif (exemption.expires - self._today).days > limits.exemption_days:
            yield (
                f"{exemption}: expires on {exemption.expires}, more than the {limits.exemption_days} days ahead "
                f"that {exemption.environment} allows"
            )
        severity = self._severities.get(exemption.rule)
        if severity == "critical" and not limits.critical_exemptions:
            yield f"{exemption}: {exemption.environment} allows no exemption from a critical rule"

    def unneeded(self, accepted: Iterable[Accepted], environment: str) -> Iterator[str]:
        """Yield the accepted findings of this environment that nothing needs."""
        for entry in accepted:
            if environment in entry.environments and str(entry) not in self._accepted:
                yield f"accepted {entry} in {environment}: nothing needs it; remove {environment} from the entry"

    def warnings(self, environment: str, world: World) -> Iterator[str]:
        """Yield the project's exemptions of this environment that end soon, and those that nothing needs.

        One that comes before what it is for, in a change of its own, stops nothing: it ends by itself.
        """
        for exemption in self.exemptions:
            if (exemption.environment, exemption.project) != (environment, world):
                continue
            if exemption.rule not in self._severities:
                continue
            if exemption not in self._used:
                yield f"{exemption}: nothing needs it yet, or any more; remove the exemption"
            days = (exemption.expires - self._today).days
            if 0 <= days <= WARNING_DAYS:
                yield f"{exemption}: expires on {exemption.expires}, in {days} days; mend the resource before"
