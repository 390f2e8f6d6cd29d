"""`destroy`: all that one stack has, and then the stack."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

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
from program.cli.taking_down import taken_down
from program.project.definition import FOUNDATION, split

if TYPE_CHECKING:
    from program.engine.records import DestroyRecord
    from program.offline.stacks import Stack


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

    A foundation takes the bucket of all states with it: it is refused while another stack has resources, its state
    moves back to this machine first, and it needs what `bootstrap` needs. Run again, after whatever failure, it goes
    on.

    Exits with 1 when it refused, with 3 when the destroy failed, something is left, or the backend or the CLI can't be
    had, with 130 when it was stopped: the record is written all the same.
    """
    limits = load_limits()
    is_foundation = split(stack)[0] == FOUNDATION
    if is_foundation and config_file is not None:
        raise click.BadParameter("a foundation has its file in stacks/foundation/", param_hint="--config-file")
    chosen = chosen_stack(stack, config_file, limits)
    if is_foundation:
        record = taken_down(chosen, limits, confirmed, wait)
    else:
        record = _destroyed(chosen, config_file, confirmed, wait)
    click.echo(rendered(record, format_), nl=False)
    keep(record, record_file)
    sys.exit(DONE[record.outcome])


def _destroyed(chosen: Stack, config_file: Path | None, confirmed: Collection[str], wait: float) -> DestroyRecord:
    from program.engine.destroy import Destroyer
    from program.engine.pulumi_cli.workspace import workspace

    with workspace(chosen.name, config_file=config_file, say=say) as place:
        return Destroyer(stack=chosen, place=place, wait=wait, say=say).destroy(confirmed)
