"""`preview`: what a deployment of one stack is going to do."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from policies.drift_noise import load_noise
from policies.limits import load_limits
from program.cli.completing import stacks_that_begin
from program.cli.engine_options import (
    chosen_stack,
    config_file_option,
    format_option,
    rendered,
    say,
    summary_of,
    wait_option,
)
from program.cli.exit_codes import PREVIEWED
from program.cli.options import exemptions_from


@click.command()
@click.argument("stack", shell_complete=stacks_that_begin)
@click.option(
    "--bundle",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for the bundle, which `apply` takes: plan, events, manifests, record.json, summary.md.",
)
@config_file_option
@click.option(
    "--exemptions-from",
    "reference",
    metavar="REF",
    help="Take policies/exemptions.yaml from this commit, for a pull request its base.",
)
@click.option(
    "--base-pack",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A second policy pack that judges beside this one: the base branch's, for a pull request.",
)
@click.option("--refresh", is_flag=True, help="Ask the cloud first: the plan then undoes what has drifted.")
@click.option("--init", "make", is_flag=True, help="Make the stack when the backend doesn't know it yet.")
@wait_option
@format_option
def preview(  # noqa: PLR0913  # an argument for each option
    stack: str,
    bundle: Path | None,
    config_file: Path | None,
    reference: str | None,
    base_pack: Path | None,
    *,
    refresh: bool,
    make: bool,
    wait: float,
    format_: str,
) -> None:
    """Preview STACK with the Pulumi CLI and the policy pack, after the offline check of the same code.

    Without PULUMI_BACKEND_URL the state is in the bucket of the foundation; where there is none, in a folder of the
    project, where the stack is made when it is missing.
    Exits with 1 when something mandatory fails, with 3 when the preview can't be had.
    """
    limits = load_limits()
    chosen, noise = chosen_stack(stack, config_file, limits), load_noise()
    from program.engine.preview import Previewer
    from program.engine.pulumi_cli.workspace import PACK_FOLDER, workspace

    with (
        exemptions_from(reference),
        tempfile.TemporaryDirectory(prefix="preview-") as scratch,
        workspace(stack, config_file=config_file, say=say) as place,
    ):
        previewer = Previewer(
            stack=chosen,
            limits=limits,
            place=place,
            packs=(PACK_FOLDER, *((str(base_pack.resolve()),) if base_pack else ())),
            make=make,
            refresh=refresh,
            wait=wait,
            noise=noise,
            render=summary_of,
            say=say,
        )
        record = previewer.preview(bundle or Path(scratch) / "bundle")
    click.echo(rendered(record, format_), nl=False)
    sys.exit(PREVIEWED[record.outcome])
