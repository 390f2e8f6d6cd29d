"""`scope`: what a run of a workflow is about, for its first job."""

from __future__ import annotations

import json
import os
import sys
from typing import cast

import click

from program.cli.options import chosen_limits, chosen_stacks
from program.errors import CouldNotRunError
from program.workflow.event import read_event
from program.workflow.scope import REVIEW_STACKS, ReviewStacks, decide


@click.command()
@click.option(
    "--stages", "most", type=click.IntRange(min=1), help="How many stages the workflow has jobs for; more can't run."
)
def scope(most: int | None) -> None:
    """Print which jobs of a workflow's run have to run, and for which stacks, as lines for GITHUB_OUTPUT.

    jobs (a list), stacks and stages (matrices; empty where there are no credentials), review (the review stack's name,
    or nothing). Reads the event, PULUMI_BACKEND_URL and REVIEW_STACKS (off, label, always). Why a job does not run
    is on stderr. Exits with 1 when a stack's settings can't be used.
    """
    from program.stacks import read_stacks
    from program.workflow.stages import matrix, stages

    event = read_event(os.environ)
    backend = os.environ.get("PULUMI_BACKEND_URL", "")
    decided = decide(event, backend=backend, review_stacks=_review_stacks())
    limits = chosen_limits()
    stacks = read_stacks(chosen_stacks(()), limits)
    problems = [f"{finding.source}: {finding.message}" for stack in stacks for finding in stack.findings]
    rows = matrix(stacks) if decided.credentials else []
    waves = stages(rows, limits.environments)
    if most is not None and len(waves) > most:
        raise CouldNotRunError(f"{len(waves)} stages are to be deployed, and the workflow has {most}; add a job to it")
    for line in (*decided.notes, *problems):
        click.echo(line, err=True)
    _output("jobs", decided.jobs)
    _output("stacks", {"include": rows})
    _output("stages", [{"include": wave} for wave in waves])
    click.echo(f"review={decided.review or ''}")
    sys.exit(1 if problems else 0)


def _review_stacks() -> ReviewStacks:
    value = os.environ.get("REVIEW_STACKS") or "off"
    if value not in REVIEW_STACKS:
        allowed = ", ".join(REVIEW_STACKS)
        raise CouldNotRunError(f"the repository's variable REVIEW_STACKS is {value!r}; it must be one of {allowed}")
    return cast("ReviewStacks", value)


def _output(name: str, value: object) -> None:
    click.echo(f"{name}={json.dumps(value, separators=(',', ':'))}")
