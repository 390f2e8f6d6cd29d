"""What a plan does to each resource: it is what the engine holds an update to, whatever else tells of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from program.engine.pulumi_cli.events import Step
from program.engine.records import STATEFUL
from program.errors import CouldNotRunError

Operations = Mapping[str, tuple[str, ...]]
# Whatever else the engine may do with a resource ends the one that is there.
_KEEPING = frozenset({"same", "create", "update", "read", "refresh", "import"})
# The engine puts neither into a plan.
_NOT_PLANNED = frozenset({"read", "refresh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A resource that holds data, and that the plan ends."""

    urn: str
    type: str
    operation: Literal["delete", "replace"]

    @property
    def name(self) -> str:
        """Return Pulumi's logical name."""
        return self.urn.rpartition("::")[2]

    @property
    def lost(self) -> str:
        """Return in words what ends with it."""
        return STATEFUL[self.type]


def planned_operations(file: Path) -> Operations:
    """Return the steps of each resource in a plan that `pulumi preview --save-plan` wrote, sorted.

    Raises CouldNotRunError for anything else: of a plan that can't be read, nobody knows what it does.
    """
    try:
        plans: dict[str, Any] = dict(json.loads(file.read_bytes())["resourcePlans"])
        return {urn: tuple(sorted(map(_word, plan.get("steps") or ()))) for urn, plan in plans.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CouldNotRunError(
            f"the bundle's {file.name} is no plan ({type(error).__name__}: {error}); preview again, by a Pulumi CLI "
            f"that this version knows"
        ) from None


def logged_operations(begun: Iterable[Step]) -> Operations:
    """Return the same of an event log, as far as it belongs into a plan."""
    found: dict[str, list[str]] = {}
    for step in begun:
        if step.operation not in _NOT_PLANNED:
            found.setdefault(step.urn, []).append(step.operation)
    return {urn: tuple(sorted(operations)) for urn, operations in found.items()}


def losses(plan: Operations) -> Iterator[Loss]:
    """Yield what holds data and is ended, sorted by URN."""
    for urn, operations in sorted(plan.items()):
        type_ = urn.split("::")[2].rpartition("$")[2] if urn.count("::") > 2 else ""  # noqa: PLR2004
        ending = set(operations) - _KEEPING
        if type_ in STATEFUL and ending:
            yield Loss(urn=urn, type=type_, operation="delete" if ending == {"delete"} else "replace")


def disagreement(plan: Operations, log: Operations) -> tuple[str, str] | None:
    """Return what the plan and the log say of the first resource on which they differ, in words; None where of none."""
    for urn in sorted({*plan, *log}):
        if plan.get(urn, ()) != log.get(urn, ()):
            name = urn.rpartition("::")[2]
            return _said(name, plan.get(urn, ())), _said(name, log.get(urn, ()))
    return None


def _said(name: str, operations: Collection[str]) -> str:
    return f"{name}: {', '.join(operations) or 'nothing'}"


def _word(step: object) -> str:
    if not isinstance(step, str):
        raise TypeError(f"a step is {step!r}")
    return step
