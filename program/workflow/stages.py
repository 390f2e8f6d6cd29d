"""Order the stacks for a deployment: one stage after the other, the stacks of one stage at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from program.project.definition import NETWORK, SERVICE, split

if TYPE_CHECKING:
    from program.offline.stacks import Stack

Row = dict[str, str]
# As many stacks are checked in one job; more are shared out to several, as each takes a good half of a second.
STACKS_A_CHECK = 100
# GitHub refuses a matrix of more rows.
MOST_ROWS = 256


def shard_count(stacks: int) -> int:
    """Return how many jobs a check of so many stacks is shared out to."""
    return max(1, -(-stacks // STACKS_A_CHECK))


def matrix(stacks: Iterable[Stack]) -> list[Row]:
    """Return a workflow's matrix rows of the stacks that have usable settings."""
    return [
        {
            "stack": stack.name,
            # No artifact's name has a slash, no stack's name a dot.
            "id": stack.name.replace("/", "."),
            "environment": stack.settings.environment,
            "region": stack.settings.region,
        }
        for stack in stacks
        if stack.settings is not None
    ]


def stages(rows: Sequence[Row], environments: Iterable[str]) -> list[list[Row]]:
    """Group the rows by environment, in the order in which the limits name the environments; networks come first.

    What has more stacks than one matrix takes is several stages, one after the other.
    """
    grouped = (
        [row for row in rows if row["environment"] == environment and split(row["stack"])[0] is project]
        for environment in environments
        for project in (NETWORK, SERVICE)
    )
    return [part for group in grouped for part in parts(group)]


def parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows in as few parts as fit into a matrix each, in order and of nearly the same length."""
    count = -(-len(rows) // MOST_ROWS)
    return [list(rows[len(rows) * part // count : len(rows) * (part + 1) // count]) for part in range(count)]
