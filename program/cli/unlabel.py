"""`unlabel`: a label that was set on a commit goes with the next one."""

from __future__ import annotations

import os

import click

from program.workflow.scope import REVIEW_LABEL


@click.command()
@click.option("--pull-request", "number", type=click.IntRange(min=1), required=True, help="Its number.")
def unlabel(number: int) -> None:
    """Take the label review-stack off a pull request: it was set on a commit, and there is a newer one.

    What was deployed stays until the pull request is closed. Needs GITHUB_TOKEN, GITHUB_REPOSITORY and
    `pull-requests: write`.
    """
    from program.github.context import context_of
    from program.workflow.pulls import PullRequests

    with PullRequests(context_of(os.environ)) as pulls:
        pulls.take_off(number, REVIEW_LABEL)
    click.echo(f"#{number} has no label {REVIEW_LABEL} any more: set it again to deploy the newest commit")
