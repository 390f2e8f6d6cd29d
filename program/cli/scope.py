"""`scope`: what a run of a workflow is about, for its first job."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from policies.limits import load_limits
from program.cli.options import chosen_stacks, stacks_option
from program.errors import CouldNotRunError
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names
from program.workflow.scope import decided
from program.workflow.stages import Row, matrix, parts, shard_count
from program.workflow.stages import stages as in_stages

# The repository's variable with the client id of the app that reads what foundations set in GitHub.
FOUNDATION_DRIFT_APP = "FOUNDATION_DRIFT_APP"


@click.command()
@stacks_option
@click.option("--stages", type=click.IntRange(min=1), help="How many stages the workflow has jobs for.")
@click.option(
    "--unwatched",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The run looks for drift: append to this file, in Markdown, of which stacks it doesn't.",
)
def scope(stacks: tuple[str, ...], stages: int | None, unwatched: Path | None) -> None:
    """Print which jobs of a workflow's run have to run, and for which stacks, as lines for GITHUB_OUTPUT.

    jobs (a list), shards (a matrix of the parts of the check after the first; one part has none), review (the review
    stack's name, or nothing), parts (a matrix of matrices of stacks, as GitHub takes 256 rows at once), names (all
    stacks in them) and stage-1, stage-2, ... (the same, in the order of the deployment); a matrix without stacks, as
    where there are no credentials, is nothing.
    Reads the event, PULUMI_BACKEND_URL and REVIEW_STACKS (off, label, always). Why a job does not run is on stderr.
    A run that looks for drift (--unwatched) looks at the foundations too where FOUNDATION_DRIFT_APP names the app whose
    token reads what they set in GitHub. Exits with 1 when a stack's settings can't be used.
    """
    from program.offline.stacks import read_stacks

    run = decided(os.environ)
    limits = load_limits()
    # No workflow deploys a foundation.
    watched = (FOUNDATION,) if unwatched is not None and os.environ.get(FOUNDATION_DRIFT_APP) else ()
    chosen = read_stacks(chosen_stacks(stacks, SERVICE, NETWORK, *watched), limits)
    problems = [f"{finding.source}: {finding.message}" for stack in chosen for finding in stack.findings]
    rows = matrix(chosen) if run.credentials else []
    # The check is of every project.
    shards = [{"part": str(number)} for number in range(2, shard_count(len(chosen_stacks(()))) + 1)]
    lines = [
        f"jobs={_json([*run.jobs, *(['check'] if shards else [])])}",
        f"shards={_json({'include': shards}) if shards else ''}",
        f"review={run.review or ''}",
        f"parts={_parts(rows)}",
        f"names={' '.join(row['stack'] for row in rows)}",
        *_stage_lines(in_stages(rows, limits.environments), stages),
    ]
    if unwatched is not None and not watched:
        with unwatched.open("a", encoding="utf-8") as summary:
            summary.writelines(map(_unwatched, stack_names(ROOT, FOUNDATION)))
    for note in (*run.notes, *problems):
        click.echo(note, err=True)
    click.echo("\n".join(lines))
    sys.exit(1 if problems else 0)


def _unwatched(name: str) -> str:
    return (
        f"- `{name}` was not looked at: a job's token can't read what a foundation sets in GitHub. An app's can "
        f"(.github/SETTING-UP.md), and a person's, as GITHUB_TOKEN: `./parity drift {name}`\n"
    )


def _stage_lines(found: Sequence[Sequence[Row]], count: int | None) -> list[str]:
    """Return a line for each stage that the workflow has a job for; one without a job is a failure to run."""
    if count is None:
        return []
    if len(found) > count:
        raise CouldNotRunError(f"there are {len(found)} stages, and the workflow has jobs for {count}; add one to it")
    padded = [*found, *([()] * (count - len(found)))]
    return [f"stage-{number}={_matrix(rows)}" for number, rows in enumerate(padded, start=1)]


def _parts(rows: Sequence[Row]) -> str:
    """Return a matrix whose rows have a matrix each, as text: a called workflow's input is nothing else."""
    found = [{"part": str(number), "stacks": _matrix(part)} for number, part in enumerate(parts(rows), start=1)]
    return _json({"include": found}) if found else ""


def _matrix(rows: Sequence[Row]) -> str:
    return _json({"include": rows}) if rows else ""


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
