"""`recover`: a stack after an update that was cut off."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from policies.drift_noise import load_noise
from policies.limits import load_limits
from program.cli.engine_options import chosen_stack, config_file_option, keep, record_option, rendered, say, summary_of
from program.cli.exit_codes import PREVIEWED


@click.command()
@click.argument("stack")
@click.option("--yes", "act", is_flag=True, help="Mend the state, in the place of only saying what became of each.")
@click.option("--unlock", is_flag=True, help="Take the stack's lock off, once the update that took it is over.")
@click.option(
    "--bundle",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for the bundle of the preview that follows, which `apply` takes.",
)
@config_file_option
@record_option
@click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True, help="Of stdout."
)
def recover(
    stack: str,
    bundle: Path | None,
    config_file: Path | None,
    record_file: Path | None,
    *,
    act: bool,
    unlock: bool,
    format_: str,
) -> None:
    """Say who holds STACK's lock, and what became of each operation that an update was at when it was cut off.

    What was being made is looked for in the cloud by its name: what is there is taken into the state, what is not is
    cleared; all the rest is refreshed. Nothing is changed without --yes; the state as it was is kept, and named. The
    stack file stays as it is. A preview of what is left to do follows.

    Exits with 0 when there is nothing to do or the preview is clean, with 1 when there is something to do, it refused
    or the preview blocks, with 3 when nobody can tell or the preview can't be had.
    """
    limits, noise = load_limits(), load_noise()
    chosen = chosen_stack(stack, config_file, limits)
    from program.engine.preview import Previewer
    from program.engine.pulumi_cli.workspace import workspace
    from program.engine.records import written
    from program.engine.recovery.recover import Recoverer
    from program.report.terminal.recovery import render

    with (
        tempfile.TemporaryDirectory(prefix="recover-") as folder,
        workspace(stack, config_file=config_file, say=say) as place,
    ):
        record = Recoverer(stack=chosen, place=place, say=say).recover(act=act, unlock=unlock)
        click.echo(written(record) if format_ == "json" else render(record), nl=False)
        keep(record, record_file)
        if record.outcome != "recovered":
            sys.exit(0 if record.outcome == "nothing" else 1)
        previewer = Previewer(
            stack=chosen, limits=limits, place=place, make=False, refresh=False, noise=noise, render=summary_of, say=say
        )
        preview = previewer.preview(bundle or Path(folder) / "bundle")
    click.echo(rendered(preview, "text"), nl=False, err=format_ == "json")
    sys.exit(PREVIEWED[preview.outcome])
