"""`apply`: exactly what a bundle holds, or nothing."""

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
    "--bundle",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder that `preview --bundle` wrote.",
)
@click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="NAME",
    envvar="PARITY_CONFIRM",
    help="A resource that holds data and may be deleted or replaced, by its logical name (repeatable; or the variable "
    "PARITY_CONFIRM, separated by spaces).",
)
@wait_option
@config_file_option
@record_option
@format_option
def apply(
    stack: str,
    bundle: Path,
    confirmed: tuple[str, ...],
    wait: float,
    config_file: Path | None,
    record_file: Path | None,
    format_: str,
) -> None:
    """Apply the plan of a bundle to STACK, with the policy pack, and compare what is live with what was declared.

    The record of it goes to applied.json in the bundle, or to --record; the live manifest to deployed.json.

    Refuses a bundle when code, policies, configuration, CLI, backend or the stack's state are no longer what they
    were at its preview, when its time is over, and when data is lost that no --confirm names. Exits with 1 when it
    refused or something else is live than was declared, with 3 when the update failed, with 130 when it was
    stopped: the record is written all the same.
    """
    limits = load_limits()
    chosen = chosen_stack(stack, config_file, limits)
    from program.engine.apply import Applier
    from program.engine.bundles.bundle import APPLIED_FILE
    from program.engine.pulumi_cli.workspace import workspace

    with workspace(stack, config_file=config_file, say=say) as place:
        record = Applier(stack=chosen, limits=limits, place=place, wait=wait, say=say).apply(
            bundle.resolve(), confirmed
        )
    click.echo(rendered(record, format_), nl=False)
    # A refusal is no word on an apply that was done before.
    keep(record, record_file or (None if record.outcome == "refused" else bundle / APPLIED_FILE))
    sys.exit(DONE[record.outcome])
