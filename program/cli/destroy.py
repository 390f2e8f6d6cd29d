"""`destroy`: all that one stack has, and then the stack."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from program.cli.completing import stacks_that_begin
from program.cli.engine_options import (
    chosen_stack,
    config_file_option,
    format_option,
    keep,
    record_option,
    rendered,
    say,
)
from program.cli.exit_codes import INTERRUPTED
from program.cli.options import chosen_limits


@click.command()
@click.argument("stack", shell_complete=stacks_that_begin)
@click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="NAME",
    help="The stack's name once more, for one that lives long: one with a file in stacks/, or with protected data.",
)
@config_file_option
@record_option
@format_option
def destroy(
    stack: str, confirmed: tuple[str, ...], config_file: Path | None, record_file: Path | None, format_: str
) -> None:
    """Destroy all resources of STACK, see that nothing is left, and remove the stack from its backend.

    Exits with 1 when it refused or something is left, with 3 when the backend or the CLI can't be had.
    """
    limits = chosen_limits()
    chosen = chosen_stack(stack, config_file, limits)
    from program.engine.destroy import Destroyer
    from program.engine.pulumi_cli.workspace import workspace

    with workspace(stack, config_file=config_file, say=say) as place:
        record = Destroyer(stack=chosen, place=place, say=say).destroy(confirmed)
    click.echo(rendered(record, format_), nl=False)
    keep(record, record_file)
    sys.exit({"destroyed": 0, "refused": 1, "failed": 1, "interrupted": INTERRUPTED}[record.outcome])
