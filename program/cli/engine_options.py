"""What the commands that drive the Pulumi CLI share: the one stack, its file, the format, and talk on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from policies.limits import Limits
from policies.schema import suggest
from program.project.definition import ROOT, SERVICE, split
from program.project.files import write_whole
from program.project.stack_names import unfit
from program.project.stackfile import read_stack_file, stack_names

if TYPE_CHECKING:
    from program.engine.records import AnyRecord, StackRecord
    from program.offline.stacks import Stack

config_file_option = click.option(
    "--config-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The stack's configuration, for a stack that has no file in stacks/: a review stack.",
)
format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="How the result is written to stdout.",
)
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for an update of the stack that runs.",
)
record_option = click.option(
    "--record",
    "record_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the record (JSON) to this file too.",
)


def chosen_stack(name: str, config_file: Path | None, limits: Limits) -> Stack:
    """Return the stack; one without a file in stacks/ needs --config-file, else it is wrong usage."""
    from program.offline.stacks import read_stack

    if reason := unfit(split(name)[1]):
        raise click.BadParameter(f"{name!r}: {reason}", param_hint="STACK")
    known = stack_names(ROOT)
    if config_file is None and name not in known:
        review = "; give the configuration of a review stack with --config-file" if split(name)[0] == SERVICE else ""
        raise click.BadParameter(f"there is no stack {name!r}{suggest(name, list(known))}{review}", param_hint="STACK")
    return read_stack(read_stack_file(name, ROOT, config_file), limits)


def say(text: str) -> None:
    """Write a line of talk to stderr."""
    click.echo(text, err=True)


def summary_of(record: AnyRecord) -> str:
    """Return the record as Markdown: the report of this one step."""
    from program.report.content.assembly import assemble
    from program.report.content.inputs import NOTHING_CHECKED
    from program.report.pull_request import report as markdown

    return markdown.for_summary(assemble(NOTHING_CHECKED, [record]))


def rendered(record: AnyRecord, format_: str) -> str:
    """Return the record in the format, ending with a line break."""
    from program.engine.records import written
    from program.report.terminal.steps import render

    if format_ == "markdown":
        return summary_of(record)
    return written(record) if format_ == "json" else render(record)


def keep(record: StackRecord, file: Path | None) -> None:
    """Write the record to the file, whole or not at all, where one was asked for."""
    from program.engine.records import written

    if file is None:
        return
    write_whole(file, written(record))
