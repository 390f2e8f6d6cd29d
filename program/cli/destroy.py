"""`destroy`: all that one stack has, and then the stack."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from policies.limits import load_limits
from program.cli.completing import stacks_that_begin
from program.cli.engine_options import (
    chosen_stack,
    config_file_option,
    format_option,
    keep,
    record_option,
    rendered,
    say,
    wait_option,
)
from program.cli.exit_codes import DONE


@click.command()
@click.argument("stack", shell_complete=stacks_that_begin)
@click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="NAME",
    help="The stack's name once more, for one that lives long: one with a file in stacks/, or with protected data.",
)
@wait_option
@config_file_option
@record_option
@format_option
def destroy(
    stack: str,
    confirmed: tuple[str, ...],
    wait: float,
    config_file: Path | None,
    record_file: Path | None,
    format_: str,
) -> None:
    """Destroy all resources of STACK, see that nothing is left, and remove the stack from its backend.

    Exits with 1 when it refused, with 3 when the destroy failed, something is left, or the backend or the CLI can't be
    had, with 130 when it was stopped: the record is written all the same.
    """
    limits = load_limits()
    chosen = chosen_stack(stack, config_file, limits)
    from program.engine.destroy import Destroyer
    from program.engine.pulumi_cli.workspace import workspace

    with workspace(stack, config_file=config_file, say=say) as place:
        record = Destroyer(stack=chosen, place=place, wait=wait, say=say).destroy(confirmed)
    click.echo(rendered(record, format_), nl=False)
    keep(record, record_file)
    sys.exit(DONE[record.outcome])
