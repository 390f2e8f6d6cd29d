"""`gate`: the one check that a branch protection requires."""

from __future__ import annotations

import sys

import click

from program.workflow.verdict import judge


@click.command()
@click.option("--needs", envvar="NEEDS", required=True, help="toJSON(needs) of the job; the variable NEEDS by default.")
def gate(needs: str) -> None:
    """Say how every job of the run ended, and whether the change may pass.

    A job that was skipped passes only where the job scope didn't ask for it. Exits with 1 when any job does not pass.
    """
    ends = judge(needs)
    for end in ends:
        mark = "ok  " if end.passes else "FAIL"
        click.echo(f"{mark} {end.job}: {end.result}{f' ({end.reason})' if end.reason else ''}")
    sys.exit(0 if ends and all(end.passes for end in ends) else 1)
