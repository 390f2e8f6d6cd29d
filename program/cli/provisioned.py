"""`provisioned`: the last step of a deployment."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from policies.limits import load_limits
from program.cli.completing import stacks_that_begin
from program.cli.engine_options import chosen_stack, config_file_option, say
from program.project.definition import SERVICE

_DEFAULT_MINUTES = 20


@click.command()
@click.argument("stack", shell_complete=stacks_that_begin)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0),
    default=_DEFAULT_MINUTES,
    show_default=True,
    help="How long to wait at most.",
)
@config_file_option
def provisioned(stack: str, minutes: float, config_file: Path | None) -> None:
    """Wait until the first rotation has given STACK's database credential a password.

    A deployment puts a version without one, so that none is in its state; until the rotation has ended, the app
    answers 503. Asks Secrets Manager which version is current, and reads no value. Exits with 1 when the time is over,
    with 3 when it can't be asked.
    """
    if chosen_stack(stack, config_file, load_limits()).file.project is not SERVICE:
        click.echo(f"provisioned: {stack} has no credential of an app")
        return
    from program.engine.provisioned import bootstrap_of, wait_until_provisioned
    from program.engine.pulumi_cli.workspace import existing_checkpoint, workspace

    with workspace(stack, config_file=config_file, say=say) as place:
        bootstrap = bootstrap_of(existing_checkpoint(place), stack)
    if wait_until_provisioned(bootstrap, seconds=minutes * 60, say=say):
        click.echo(f"provisioned: {bootstrap.secret_arn} has a password of the rotation's")
        sys.exit(0)
    click.echo(
        f"not provisioned after {minutes:g} minutes: the first rotation of {bootstrap.secret_arn} has not ended; "
        f"read the rotation function's log group",
        err=True,
    )
    sys.exit(1)
