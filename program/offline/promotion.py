"""The order of stacks: as a change is promoted, which the limits' order of environments says."""

from __future__ import annotations

from collections.abc import Iterable


def promotion(environments: Iterable[str], environment: str | None, stack: str) -> tuple[int, str]:
    """Return by what a stack is sorted; one of no known environment comes last."""
    order = list(environments)
    place = order.index(environment) if environment in order else len(order)
    return place, stack
