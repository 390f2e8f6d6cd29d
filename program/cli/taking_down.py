"""`destroy` of a foundation: it takes its own state's bucket with it, and what names its keys."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from program.cli.engine_options import say
from program.cli.foundations import is_reachable, numbered, ready
from program.project.definition import ROOT

if TYPE_CHECKING:
    from policies.limits import Limits
    from program.engine.records import DestroyRecord
    from program.offline.stacks import Stack


def taken_down(stack: Stack, limits: Limits, confirmed: Collection[str], wait: float) -> DestroyRecord:
    """Take the foundation down; once it is gone, take its keys out of the stack files and say what is left to do."""
    settings = ready(stack)
    from program.engine.bootstrap.remains import forget_providers, left_over
    from program.engine.bootstrap.taking_down import TakingDown

    record = TakingDown(
        stack=stack,
        backend=settings.backend_url,
        reachable=is_reachable(settings),
        wait=wait,
        say=say,
    ).run(confirmed)
    if record.outcome != "destroyed":
        return record
    for line in forget_providers(stack.name, ROOT):
        say(line)
    say("What remains:")
    remains = left_over(
        days=limits.common.kms_deletion_window_days.ephemeral,
        keeps_provider=settings.identity_provider == "existing",
        backend_is_set=bool(os.environ.get("PULUMI_BACKEND_URL")),
    )
    for line in numbered(remains):
        say(line)
    return record
