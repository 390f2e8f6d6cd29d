"""`comment`: the report as the one comment on a pull request."""

from __future__ import annotations

import os
from pathlib import Path

import click

from program.cli.report import read_report, report_options


@click.command()
@report_options
@click.option("--pull-request", "number", required=True, type=click.IntRange(min=1), metavar="N", help="Its number.")
def comment(
    records: tuple[Path, ...],
    check_files: tuple[Path, ...],
    expected: tuple[str, ...],
    drift_workflow: str | None,
    number: int,
) -> None:
    """Put the report on the pull request, as one comment that is found again and changed.

    What can't be read is said in it. None is made when nothing changes on any stack and there is none yet. Needs
    GITHUB_TOKEN, GITHUB_REPOSITORY and `pull-requests: write`.
    """
    from program.github.client import Client
    from program.github.comment import put
    from program.github.context import context_of
    from program.report.pull_request.figures import MARKER
    from program.report.pull_request.report import for_comment

    context = context_of(os.environ)
    report = read_report(check_files, records, expected, drift_workflow)
    with Client(context) as client:
        done = put(client, number, for_comment(report), MARKER, worth_making=not report.quiet)
    click.echo(f"{done.what}{f': {done.url}' if done.url else ''}")
