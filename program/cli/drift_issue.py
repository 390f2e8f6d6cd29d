"""`drift-issue`: one issue for each stack that is not what it should be."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from program.engine.records import DriftRecord
from program.errors import CouldNotRunError
from program.project.definition import NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names

if TYPE_CHECKING:
    from program.github.client import Client

WORKFLOW = "drift.yml"


@click.command("drift-issue")
@click.argument("records", nargs=-1, type=click.Path(path_type=Path), metavar="[RECORD]...")
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="STACK",
    help="A stack that must have a record (repeatable). Default: every stack that has a file.",
)
def drift_issue(records: tuple[Path, ...], expected: tuple[str, ...]) -> None:
    """Open, update, close or reopen one issue for each stack, by the records of `drift`.

    A stack without a record counts as one whose check failed; a failed check closes no issue. Needs GITHUB_TOKEN,
    GITHUB_REPOSITORY and `issues: write`; with `actions: read` an issue says since when.
    """
    from program.github.client import Client
    from program.github.context import context_of, run_url
    from program.github.drift_issues import DriftIssues

    context = context_of(os.environ)
    names = stack_names(ROOT, SERVICE, NETWORK)
    found, problems = _drift_records(records)
    missing = sorted(set(expected or names) - {record.stack for record in found})
    with Client(context) as client:
        issues = DriftIssues(client, run=run_url(os.environ), since=_last_clean(client))
        for line in issues.settle([*found, *map(_no_record, missing)], {*names, *expected}):
            click.echo(line)
    if problems:
        raise CouldNotRunError("\n".join(problems))


def _last_clean(client: Client) -> datetime | None:
    """Return when the drift workflow last succeeded, which it does when no stack has drifted; None if nobody knows."""
    try:
        runs = client.workflow_runs(WORKFLOW)
    except CouldNotRunError:
        return None
    return runs.last_success if runs is not None else None


def _drift_records(paths: tuple[Path, ...]) -> tuple[list[DriftRecord], list[str]]:
    """Return the records by file, and a line for each file that holds none."""
    from program.report.content.inputs import read_record

    found: dict[str, DriftRecord] = {}
    problems: list[str] = []
    for path in paths:
        try:
            record = read_record(path)
        except CouldNotRunError as error:
            problems.append(str(error))
            continue
        if not isinstance(record, DriftRecord):
            problems.append(f"{path}: is a {record.kind} record; give what `drift --record` wrote")
        elif found.setdefault(record.stack, record) is not record:
            problems.append(f"{path}: is a second record of stack {record.stack!r}; give one")
    return list(found.values()), problems


def _no_record(stack: str) -> DriftRecord:
    return DriftRecord(
        stack=stack,
        environment=None,
        region=None,
        commit=None,
        seconds=0.0,
        verdict="check-failed",
        error="The job left no record: it was cancelled, or failed early.",
    )
