"""`gate`: the one check that a branch protection requires."""

from __future__ import annotations

import os
import sys

import click

from program.workflow.scope import decided
from program.workflow.verdict import judge


@click.command()
@click.option("--needs", envvar="NEEDS", required=True, help="toJSON(needs) of the job; the variable NEEDS by default.")
def gate(needs: str) -> None:
    """Say how every job of the run ended, and whether the change may pass.

    A job that was skipped passes only where the job scope didn't ask for it, and where the event, PULUMI_BACKEND_URL
    and REVIEW_STACKS don't either: what this code makes of them counts too. Exits with 1 when any job does not pass.
    """
    required = decided(os.environ).jobs if "GITHUB_EVENT_NAME" in os.environ else ()
    ends = judge(needs, required)
    for end in ends:
        mark = "ok  " if end.passes else "FAIL"
        click.echo(f"{mark} {end.job}: {end.result}{f' ({end.reason})' if end.reason else ''}")
    sys.exit(0 if ends and all(end.passes for end in ends) else 1)
