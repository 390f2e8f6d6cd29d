"""`manifest`: one stack's manifest, from the code, a preview or its state."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policies.limits import Limits, load_limits
from program.cli.completing import stacks_that_begin
from program.cli.options import chosen_stacks
from program.cli.progress import Progress
from program.errors import CouldNotRunError
from program.offline.result import StackResult

if TYPE_CHECKING:
    from program.manifest.canonical import JsonObject
    from program.project.settings import ProjectSettings

SOURCES = ("offline", "preview", "state")


@click.command()
@click.argument("stack", shell_complete=stacks_that_begin)
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--from", "source", type=click.Choice(SOURCES), default="offline", show_default=True, help="What it is of."
)
def manifest(stack: str, file: Path | None, source: str) -> None:
    """Print the manifest of STACK in canonical JSON (RFC 8785), by the same normaliser whatever it is made from.

    \b
    --from offline         what the code declares; takes no FILE
    --from preview FILE    what a preview plans: a bundle's folder, or its events.jsonl
    --from state FILE      what is deployed: what `pulumi stack export` prints

    Exits with 1, after one line for each reason on stderr, when the stack has none.
    """  # noqa: D301  # \b keeps click from joining the lines
    if (source == "offline") != (file is None):
        needs = "takes no FILE" if file is not None else "needs a FILE"
        raise click.UsageError(f"--from {source} {needs}")
    names, limits = chosen_stacks([stack], hint="STACK"), load_limits()
    from program.manifest.canonical import canonical

    found = _declared(names[0], limits) if file is None else _of_file(names[0], source, file, limits)
    click.echo(canonical(found).decode())


def _declared(stack: str, limits: Limits) -> JsonObject:
    """Return the stack as the code declares it: recorded offline, without the policies."""
    with Progress(1) as progress:
        from program.offline.check import check

        result: StackResult = check([stack], limits, jobs=1, complete=False, packs=None, done=progress.done).stacks[0]
    if result.manifest is None:
        for finding in result.findings:
            click.echo(f"{finding.source}: {finding.message}", err=True)
        sys.exit(1)
    return result.manifest


def _of_file(stack: str, source: str, file: Path, limits: Limits) -> JsonObject:
    from program.engine.bundles.bundle import EVENTS_FILE
    from program.engine.manifests import deployed_manifest, planned_manifest
    from program.engine.pulumi_cli.checkpoint import parse_checkpoint
    from program.engine.pulumi_cli.events import read_events
    from program.engine.records import LARGEST_RECORD
    from program.offline.documents import limited

    settings = _settings(stack, limits)
    if source == "state":
        text = limited(file, LARGEST_RECORD).decode(errors="replace")
        found = deployed_manifest(parse_checkpoint(text, str(file)), settings, limits)
    else:
        found = planned_manifest(read_events(file / EVENTS_FILE if file.is_dir() else file), settings, limits)
    if found is None:
        raise CouldNotRunError(
            f"{file} has no output configManifest; it is of no whole preview or deployment of a stack"
        )
    if found["environment"] != settings.environment:
        raise CouldNotRunError(
            f"{file} is of environment {found['environment']}, stack {stack} of {settings.environment}"
        )
    return found


def _settings(stack: str, limits: Limits) -> ProjectSettings:
    from program.offline.stacks import read_stacks

    read = read_stacks([stack], limits)[0]
    if read.settings is None:
        raise CouldNotRunError("\n".join(f"{finding.source}: {finding.message}" for finding in read.findings))
    return read.settings
