"""`stacks`: the stacks as a matrix for a workflow."""

from __future__ import annotations

import json
import sys

import click

from policies.limits import load_limits
from program.cli.options import chosen_stacks, stacks_option
from program.project.definition import NETWORK, SERVICE
from program.workflow.stages import matrix


@click.command()
@stacks_option
def stacks(stacks: tuple[str, ...]) -> None:
    """Print the stacks as JSON: {"include": [{"stack", "id", "environment", "region"}, ...]}.

    Exits with 1, after one line for each on stderr, when a stack's settings can't be used.
    """
    from program.offline.stacks import read_stacks

    rows = read_stacks(chosen_stacks(stacks, SERVICE, NETWORK), load_limits())
    problems = [f"{finding.source}: {finding.message}" for row in rows for finding in row.findings]
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(json.dumps({"include": matrix(rows)}, separators=(",", ":")))
    sys.exit(1 if problems else 0)
