"""`compare`: the stacks' manifests side by side, or one stack's as declared, planned and deployed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from policies.limits import load_limits
from program.cli.options import STACKS_AT_ONCE, chosen_stacks, stacks_option
from program.cli.progress import Progress

_MANIFEST = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@stacks_option
@click.option("--declared", type=_MANIFEST, help="One stack's manifest from the code (`manifest`), in a file.")
@click.option("--planned", type=_MANIFEST, help="The same stack's, from a preview (`manifest --from preview`).")
@click.option("--deployed", type=_MANIFEST, help="The same stack's, from its state (`manifest --from state`).")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="How the result is written to stdout.",
)
def compare(
    stacks: tuple[str, ...], declared: Path | None, planned: Path | None, deployed: Path | None, format_: str
) -> None:
    """Compare the stacks' manifests, without the policies; or, with files, one stack's manifests of several sources.

    Exits with 1 when the stacks differ where no difference is declared, or one has no manifest; of one stack's
    manifests, when they differ at all.
    """
    files = {"declared": declared, "planned": planned, "deployed": deployed}
    given = {source: file for source, file in files.items() if file is not None}
    if given and (stacks or len(given) == 1):
        raise click.UsageError("give two or three of --declared, --planned and --deployed, without --stack")
    if given:
        _compare_sources(given, format_)
    names, limits = chosen_stacks(stacks), load_limits()
    with Progress(len(names)) as progress:
        from program.offline.check import check

        result = check(names, limits, jobs=STACKS_AT_ONCE, complete=not stacks, packs=None, done=progress.done)
    from program.report.check_formats import render

    click.echo(render(format_, result, judged=False), nl=False)
    sys.exit(0 if result.ok else 1)


def _compare_sources(files: Mapping[str, Path], format_: str) -> None:
    from program.engine.sources import compare_sources, hashes_of, read_manifest
    from program.report.terminal.compared import render

    manifests = {source: read_manifest(file) for source, file in files.items()}
    differences = compare_sources(manifests, {}, {})
    hashes = {source: hashes for source, manifest in manifests.items() if (hashes := hashes_of(manifest)) is not None}
    click.echo(render(format_, hashes, differences), nl=False)
    sys.exit(1 if differences else 0)
