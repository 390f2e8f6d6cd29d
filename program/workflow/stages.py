"""Order the stacks for a deployment: one stage after the other, the stacks of one stage at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from program.offline.stacks import Stack

Row = dict[str, str]


def matrix(stacks: Iterable[Stack]) -> list[Row]:
    """Return a workflow's matrix rows of the stacks that have usable settings."""
    return [
        {"stack": stack.name, "environment": stack.settings.environment, "region": stack.settings.region}
        for stack in stacks
        if stack.settings is not None
    ]


def stages(rows: Sequence[Row], environments: Iterable[str]) -> list[list[Row]]:
    """Group the rows by environment, in the order in which the limits name the environments."""
    grouped = ([row for row in rows if row["environment"] == environment] for environment in environments)
    return [group for group in grouped if group]
