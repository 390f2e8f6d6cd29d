"""`diff`: two stacks, side by side."""

from __future__ import annotations

import sys

import click

from policies.limits import load_limits
from program.cli.completing import stacks_that_begin
from program.cli.options import chosen_stacks
from program.cli.progress import Progress
from program.errors import CouldNotRunError


@click.command()
@click.argument("left", metavar="STACK", shell_complete=stacks_that_begin)
@click.argument("right", metavar="OTHER", shell_complete=stacks_that_begin)
def diff(left: str, right: str) -> None:
    """Show every property in which STACK and OTHER differ, and whether the difference is declared.

    Names, regions, accounts and references to other resources are not differences. Exits with 1 when one is not
    declared.
    """
    if left == right:
        raise click.BadParameter(f"{left!r} is given twice; give two stacks", param_hint="OTHER")
    names = [*chosen_stacks([left], hint="STACK"), *chosen_stacks([right], hint="OTHER")]
    limits = load_limits()
    with Progress(len(names)) as progress:
        from program.offline.check import check

        result = check(names, limits, jobs=len(names), complete=False, packs=None, done=progress.done)
    problems = [f"{finding.source}: {finding.message}" for stack in result.stacks for finding in stack.findings]
    if problems:
        raise CouldNotRunError("\n".join(problems))
    from program.report.terminal.differences import render_pair

    click.echo(render_pair(result, (left, right)), nl=False)
    sys.exit(0 if all(difference.declared for difference in result.comparison.differences) else 1)
