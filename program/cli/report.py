"""`report`: one report of a check and of what the jobs recorded."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from program.errors import CouldNotRunError
from program.project.files import write_whole

if TYPE_CHECKING:
    from program.engine.records import DriftRecord
    from program.report.content.model import Report

FORMATS = ("markdown", "comment", "github", "sarif", "html")
_Command = TypeVar("_Command", bound=Callable[..., object])

_OPTIONS = (
    click.argument("records", nargs=-1, type=click.Path(path_type=Path), metavar="[RECORD]..."),
    click.option(
        "--check",
        "check_files",
        required=True,
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        envvar="CHECKS",
        callback=lambda _context, _option, given: _matched(given),
        help="What check or judge wrote as JSON (repeatable: the parts of a check that --shard made, which are "
        "compared with each other; a change's own check, and the judgement of its base; or the variable CHECKS, "
        f"separated by {os.pathsep}). With a * in it, every such file.",
    ),
    click.option(
        "--expect",
        "expected",
        multiple=True,
        metavar="STACK",
        envvar="EXPECTED",
        help="A stack that must have a record (repeatable; or the variable EXPECTED, separated by spaces). Default: "
        "with any record, all that were checked.",
    ),
    click.option(
        "--drift-workflow",
        metavar="FILE",
        help="Warn when this workflow (drift.yml) is off, or has not succeeded for 48 hours; needs GITHUB_TOKEN.",
    ),
)


def _matched(given: Sequence[Path]) -> list[Path]:
    """Return the files; a pattern is as many as there are."""
    found = (
        (path,) if "*" not in str(path) else sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        for path in given
    )
    return [file for files in found for file in files]


def report_options(command: _Command) -> _Command:
    """Add what `report` and `comment` take alike."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_report(
    check_files: Sequence[Path], records: Sequence[Path], expected: Sequence[str], drift_workflow: str | None
) -> Report:
    """Return the report of the files; what can't be read is a problem in it."""
    from program.github.context import run_url
    from program.report.content.assembly import assemble
    from program.report.content.inputs import read_sources
    from program.report.content.links import links_of

    sources = read_sources(check_files, records)
    previewed = any(record.kind == "preview" for record in sources.records)
    found = assemble(
        sources.check,
        sources.records,
        expected=expected,
        run=run_url(os.environ),
        notes=[*_notes(drift_workflow), *([] if previewed or expected else _why_no_preview())],
        problems=sources.problems,
    )
    return replace(found, links=links_of(os.environ, found.commit), time=_now() if found.run else None)


def _why_no_preview() -> list[str]:
    """Return why a run of a workflow has no previews; nothing outside of one."""
    if "GITHUB_EVENT_NAME" not in os.environ:
        return []
    from program.workflow.scope import decided

    try:
        notes = decided(os.environ).notes
    except CouldNotRunError:
        return []
    return [f"There is no preview: {note}" for note in notes[:1]]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


@click.command()
@report_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="markdown",
    show_default=True,
    help="How the report is written; comment is the one on a pull request, and needs no token to be seen.",
)
@click.option("--comment", "format_", flag_value="comment", help="The same as --format comment.")
@click.option(
    "--history",
    "history_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="RECORD",
    help="A record of `drift` from an earlier night, the oldest first (repeatable); for --format html.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, whole or not at all. Default: stdout.",
)
@click.option("--exit-zero", is_flag=True, help="End with 0 whatever blocks, where the report alone is wanted.")
def report(
    records: tuple[Path, ...],
    check_files: tuple[Path, ...],
    expected: tuple[str, ...],
    drift_workflow: str | None,
    format_: str,
    history_files: tuple[Path, ...],
    output: Path | None,
    *,
    exit_zero: bool,
) -> None:
    """Make one report of a check and of any number of records (files, or the folders of bundles).

    Markdown is for a job's summary; html is one page with all of it, which asks for nothing from a network. Exits with
    1 when anything blocks: a finding, a difference, a step that failed, a record that is missing; with 3, after the
    report, when the check could not run or a file can't be read.
    """
    if history_files and format_ != "html":
        raise click.UsageError("--history is for the page; give it with --format html")
    found = read_report(check_files, records, expected, drift_workflow)
    history = _history(history_files)
    text = _rendered(found, format_, history)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
    if found.problems and not exit_zero:
        raise CouldNotRunError("\n".join(found.problems))
    sys.exit(0 if found.ok or exit_zero else 1)


def _history(files: Sequence[Path]) -> list[DriftRecord]:
    """Return the records of earlier drift checks, in their order."""
    from program.engine.records import DriftRecord
    from program.report.content.inputs import read_record

    found: list[DriftRecord] = []
    for file in files:
        record = read_record(file)
        if not isinstance(record, DriftRecord):
            raise CouldNotRunError(f"{file}: is a {record.kind} record; give what `drift --record` wrote")
        found.append(record)
    return found


def _rendered(found: Report, format_: str, history: Sequence[DriftRecord]) -> str:
    from program.report.machine import annotations, sarif
    from program.report.pull_request import report as markdown

    if format_ == "markdown":
        return markdown.for_summary(found)
    if format_ == "comment":
        return markdown.for_comment(found)
    if format_ == "html":
        from program.report.page.render import render

        current = [stack.drift for stack in found.stacks if stack.drift is not None]
        return render(found, [*history, *current])
    if format_ == "github":
        return annotations.of_report(found)
    if left := sarif.chosen(found)[1]:
        names = ", ".join(stack.stack for stack in left)
        click.echo(f"note: GitHub takes {sarif.MOST_RUNS} runs a file; without one: {names}", err=True)
    return sarif.of_report(found)


def _notes(drift_workflow: str | None) -> list[str]:
    """Return the warning about the drift workflow, if any; that GitHub can't be asked is one too, and stops nothing."""
    if drift_workflow is None:
        return []
    from program.github.client import Client
    from program.github.context import context_of
    from program.github.dead_man import silence

    try:
        with Client(context_of(os.environ)) as client:
            warning = silence(drift_workflow, client.workflow_runs(drift_workflow), datetime.now(UTC))
    except CouldNotRunError as error:
        return [f"Whether {drift_workflow} still runs is not known: {error}"]
    return [warning] if warning else []
