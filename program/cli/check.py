"""`check`: the main job."""

from __future__ import annotations

import os
import sys

import click

from program.cli.options import chosen_limits, chosen_stacks, exemptions_from, stacks_option
from program.cli.progress import Progress

FORMATS = ("text", "json", "markdown", "sarif", "github")


class Shard(click.ParamType["tuple[int, int]"]):
    """`i/n`: the i-th of n equal parts of the stacks, counted from 1."""

    name = "i/n"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return (index from 0, count)."""
        index, _, count = str(value).partition("/")
        if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
            self.fail(f"{value!r} is no shard; write i/n with 1 <= i <= n, for example 1/4", param, ctx)
        return int(index) - 1, int(count)


@click.command()
@stacks_option
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="Of stdout.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="all cores",
    help="Stacks at once.",
)
@click.option("--shard", type=Shard(), help="Only the i-th of n parts of the stacks, for a matrix of jobs.")
@click.option(
    "--exemptions-from",
    "reference",
    metavar="REF",
    help="Take policies/exemptions.yaml from this commit, for a pull request its base.",
)
def check(
    stacks: tuple[str, ...], format_: str, jobs: int, shard: tuple[int, int] | None, reference: str | None
) -> None:
    """Check every stack offline: its settings, its resources by the policies, and the stacks by each other.

    Needs no cloud account, no credentials and no Pulumi CLI. Exits with 1 when anything mandatory fails or the
    stacks differ where no difference is declared.
    """
    names = chosen_stacks(stacks)
    complete = not stacks and shard is None
    if shard is not None:
        names = names[shard[0] :: shard[1]]
    limits = chosen_limits()
    with Progress(len(names)) as progress, exemptions_from(reference):
        # Imported here, as it takes most of the time and --help needs none of it.
        from program.offline.check import check as run

        result = run(names, limits, jobs=jobs, complete=complete, done=progress.done)
    _say_what_was_assumed()
    from program.report.check_formats import render

    click.echo(render(format_, result), nl=False)
    sys.exit(0 if result.ok else 1)


def _say_what_was_assumed() -> None:
    """Say on stderr that the rotation's zip was not needed: its source is what is hashed, packaged or not."""
    from program.service.packaging import archive
    from program.service.stack import BUILD_FOLDER, ROTATION_FOLDER

    if archive(ROTATION_FOLDER, BUILD_FOLDER) == ROTATION_FOLDER:
        click.echo(
            "note: the rotation function is not packaged; its source was judged (package it to deploy)", err=True
        )
