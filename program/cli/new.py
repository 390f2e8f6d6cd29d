"""`new`: the skeleton of what a service adds."""

from __future__ import annotations

from pathlib import Path

import click

from program.cli.init import Matching
from program.errors import CouldNotRunError
from program.offline.adoption.skeleton import NAME, TYPE, Skeleton, skeleton
from program.project.definition import ROOT
from program.project.files import write_whole

_LONGEST = 100


@click.group()
def new() -> None:
    """Write the skeleton of what a service adds."""


@new.command()
@click.argument(
    "name", type=Matching("name", NAME, "a component's name: 2 to 21 lower-case letters and digits", _LONGEST)
)
@click.option(
    "--type",
    "type_",
    required=True,
    type=Matching("type", TYPE, "a type of the AWS provider, such as aws:sqs/queue:Queue", _LONGEST),
    help="The resource that the component begins with.",
)
def component(name: str, type_: str) -> None:
    """Write the component NAME: its class, its known entry with a simulated answer, and its test.

    Prints the files, and on stderr the two lines that program/service/stack.py needs and what is for you to say. Writes
    nothing where one of the files is there.
    """
    made = skeleton(name, type_)
    missing = _to_write(ROOT, made)
    for path in missing:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(ROOT / path, made.files[path])
        click.echo(path)
    if not missing:
        click.echo("every file is there as it was written; nothing was changed", err=True)
    click.echo(f"now add to program/service/stack.py:\n  {made.imported}\n  {made.called}", err=True)
    click.echo(f"and {made.left}", err=True)


def _to_write(root: Path, made: Skeleton) -> list[str]:
    """Return what is still to be written; raise CouldNotRunError where somebody's file would be overwritten."""
    there = {path: (root / path).read_text(encoding="utf-8") for path in made.files if (root / path).exists()}
    others = [path for path, text in there.items() if text != made.files[path]]
    if others:
        raise CouldNotRunError(f"{others[0]} is there already; remove it, or give the component another name")
    return [path for path in made.files if path not in there]
