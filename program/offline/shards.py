"""Put the parts of one check together again: every stack once, and all of them compared with each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from policies.limits import Limits
from program.errors import CouldNotRunError
from program.offline.judged_stacks import compared
from program.offline.result import CheckResult


def joined_shards(shards: Sequence[CheckResult], limits: Limits, *, complete: bool) -> CheckResult:
    """Return the check of which these are the parts (`check --shard i/n`); one that is whole comes back as it is.

    `complete` says that all stacks are in them, so that a declared difference can be stale. Raises CouldNotRunError for
    a stack that two of them have.
    """
    if len(shards) == 1:
        return shards[0]
    stacks = sorted((stack for shard in shards for stack in shard.stacks), key=lambda stack: stack.stack)
    for one, next_ in pairwise(stacks):
        if one.stack == next_.stack:
            raise CouldNotRunError(f"two of the checks have stack {one.stack}; give each part of one check once")
    return compared(stacks, limits, complete=complete)
