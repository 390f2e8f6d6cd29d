"""`record`: what every stack registers, as data."""

from __future__ import annotations

from pathlib import Path

import click

from policies.limits import load_limits
from program.cli.options import chosen_stacks, jobs_option
from program.cli.progress import Progress
from program.project.files import write_whole


@click.command()
@jobs_option
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, whole or not at all. Default: stdout.",
)
def record(jobs: int, output: Path | None) -> None:
    """Run the program for every stack offline and write what it registers as JSON, for `judge`.

    It says nothing of what is right. A program that stops is in the recording, with its reason and place.
    """
    text = recorded_text(jobs)
    if output is None:
        click.echo(text, nl=False)
        return
    write_whole(output, text)


def recorded_text(jobs: int) -> str:
    """Return the recordings of all stacks as JSON."""
    names = chosen_stacks(())
    limits = load_limits()
    with Progress(len(names)) as progress:
        # Imported here, as it takes most of the time and --help needs none of it.
        from program.offline.check import record_all
        from program.offline.recordings import written

        return written(record_all(names, limits, jobs=jobs, done=progress.done))
