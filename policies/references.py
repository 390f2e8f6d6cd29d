"""Which controls of public frameworks a rule supports, as references.yaml has them, with where that was read."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from policies.exemptions import parse_date
from policies.limits import Limits
from policies.schema import StrictModel, parse_file

REFERENCES_FILE = Path(__file__).resolve().parent / "references.yaml"


class Source(StrictModel):
    """Where references were read, and when."""

    title: str
    date: Annotated[datetime.date, BeforeValidator(parse_date)]


class AtLeast(StrictModel):
    """A limit of an environment, all of whose values must be as great."""

    limit: str
    value: int

    def holds(self, known: Limits, environment: str) -> bool:
        """Tell whether the environment allows no less."""
        block = known.environments[environment]
        values: list[int] = getattr(block if hasattr(block, self.limit) else known.common, self.limit)
        return min(values) >= self.value


class Reference(StrictModel):
    """One control that a rule supports: `listed` says that the source lists it, `inferred` that it is our reading.

    The control asks for a figure where `at_least` is set: where the limits allow less, the rule doesn't support it.
    """

    framework: str
    id: str
    provenance: Literal["listed", "inferred"]
    source: str
    at_least: AtLeast | None = None


class Gap(StrictModel):
    """A control of these services that no rule supports, and why."""

    framework: str
    id: str
    reason: str


class References(StrictModel):
    """All that the file says."""

    frameworks: dict[str, str]
    sources: dict[str, Source]
    rules: dict[str, list[Reference]]
    gaps: list[Gap]


def load_references(path: Path = REFERENCES_FILE) -> References:
    """Read the references; raise ReviewedFileError with every problem and its line."""
    return parse_file(References, path)
