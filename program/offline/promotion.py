"""The order of stacks: by project, then as a change is promoted, which the limits' order of environments says."""

from __future__ import annotations

from collections.abc import Iterable

from program.project.definition import PROJECTS, split


def promotion(environments: Iterable[str], environment: str | None, stack: str) -> tuple[int, int, str]:
    """Return by what a stack is sorted; one of no known environment comes last."""
    order = list(environments)
    place = order.index(environment) if environment in order else len(order)
    return PROJECTS.index(split(stack)[0]), place, stack
