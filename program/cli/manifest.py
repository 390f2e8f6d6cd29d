"""`manifest`: one stack's manifest."""

from __future__ import annotations

import sys

import click

from program.cli.options import chosen_limits, chosen_stacks
from program.cli.progress import Progress
from program.result import StackResult


@click.command()
@click.argument("stack")
def manifest(stack: str) -> None:
    """Print the manifest of STACK as the code declares it, in canonical JSON (RFC 8785).

    Exits with 1, after one line for each reason on stderr, when the stack has none.
    """
    result = _declared(stack)
    if result.manifest is None:
        for finding in result.findings:
            click.echo(f"{finding.source}: {finding.message}", err=True)
        sys.exit(1)
    from program.canonical import canonical

    click.echo(canonical(result.manifest).decode())


def _declared(stack: str) -> StackResult:
    """Return the stack as the code declares it: recorded offline, without the policies."""
    names, limits = chosen_stacks([stack], hint="STACK"), chosen_limits()
    with Progress(1) as progress:
        from program.check import check

        return check(names, limits, jobs=1, complete=False, judge=False, done=progress.done).stacks[0]
