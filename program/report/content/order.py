"""The one order of stacks in every form of a report: as a change is promoted, what no file names last."""

from __future__ import annotations

from collections.abc import Mapping

from policies.limits import limits
from policies.schema import ReviewedFileError
from program.offline.promotion import promotion


def promoted(stacks: Mapping[str, str | None], named: Mapping[str, object]) -> list[str]:
    """Return the stacks, given by environment, in order; those in `named` have a file, the others come after them."""
    try:
        environments = list(limits().environments)
    except ReviewedFileError:
        # A report of broken limits is one too.
        environments = []
    return sorted(stacks, key=lambda stack: (stack not in named, *promotion(environments, stacks[stack], stack)))
