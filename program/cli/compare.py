"""`compare`: the stacks' manifests side by side."""

from __future__ import annotations

import os
import sys

import click

from program.cli.options import chosen_limits, chosen_stacks, stacks_option
from program.cli.progress import Progress


@click.command()
@stacks_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="Of stdout.",
)
def compare(stacks: tuple[str, ...], format_: str) -> None:
    """Compare the stacks' manifests, without the policies.

    Exits with 1 when the stacks differ where no difference is declared, or one has no manifest.
    """
    names, limits = chosen_stacks(stacks), chosen_limits()
    with Progress(len(names)) as progress:
        from program.check import check

        result = check(names, limits, jobs=os.cpu_count() or 1, complete=not stacks, judge=False, done=progress.done)
    from program.cli.formats import render

    click.echo(render(format_, result, judged=False), nl=False)
    sys.exit(0 if result.ok else 1)
