"""`judge`: a recording by the guard of its base."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policies.context import today
from policies.limits import load_limits
from program.cli.failures import told_in
from program.cli.options import check_format_option, exemptions_from, jobs_option
from program.cli.progress import Progress
from program.errors import CouldNotRunError
from program.project.definition import ROOT
from program.project.stackfile import stack_names

if TYPE_CHECKING:
    from program.offline.guard.tree import Tree
    from program.offline.result import CheckResult

_NO_GUARD = "the base has no guard yet: the change was judged by its own code, which nobody has reviewed"


@click.command()
@click.option(
    "--recorded",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `record` wrote, in the checkout of the change.",
)
@click.option("--base", "reference", required=True, metavar="REF", help="The commit whose guard judges.")
@click.option(
    "--head",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The checkout of the change, where this one is the base's. Default: this one is the change's.",
)
@jobs_option
@check_format_option
def judge(recorded: Path, reference: str, folder: Path | None, jobs: int, format_: str) -> None:
    """Judge what a change registers by the guard of its base, and say what the change does to that guard.

    Nothing of the change runs: its recording and its reviewed files are read as data. Exits with 1 when anything
    fails that no listed change of a reviewed file explains.
    """
    with told_in(format_):
        if not recorded.exists():
            raise CouldNotRunError(f"there is no recording ({recorded}): the job that makes it failed before it did")
        result = judged(recorded.resolve(), reference, folder.resolve() if folder else None, jobs)
    from program.report.check_formats import render

    click.echo(render(format_, result), nl=False)
    sys.exit(0 if result.ok else 1)


def judged(recorded: Path, reference: str, folder: Path | None, jobs: int) -> CheckResult:
    """Return the judgement of the recording by the commit's guard; `folder` is the change's checkout."""
    from program.offline.guard.tree import commit_tree, working_tree

    base = commit_tree(ROOT, reference)
    if folder is not None:
        _must_be(base, working_tree(ROOT))
        return _here(recorded, base, working_tree(folder), jobs, None)
    head = working_tree(ROOT)
    from program.offline.guard.base import GUARD, base_python, checked_out, judged_by_base
    from program.report.content.document import read_check

    if base.digest(GUARD) is None:
        return _here(recorded, base, head, jobs, _NO_GUARD)
    with checked_out(ROOT, base) as place, tempfile.TemporaryDirectory(prefix="judged-") as scratch:
        python = base_python(place, base, head, lambda text: click.echo(text, err=True))
        file = Path(scratch) / "judged.json"
        file.write_bytes(judged_by_base(python, place, recorded, ROOT, jobs))
        return read_check(file)


def _must_be(base: Tree, here: Tree) -> None:
    """Refuse to judge by files that are not the base's."""
    other = [name for name in here.names("policies/", "program/") if here.digest(name) != base.digest(name)]
    if other:
        raise CouldNotRunError(
            f"{other[0]} is not as in {base.name[:10]}; `judge --head` runs in an untouched checkout of the base"
        )


def _here(recorded: Path, base: Tree, head: Tree, jobs: int, note: str | None) -> CheckResult:
    from program.offline.packs import pack_host

    with Progress(len(stack_names(ROOT))) as progress, exemptions_from(base.name), pack_host() as packs:
        # The host imports the pack meanwhile.
        from program.offline.guard.judging import Judge
        from program.offline.recordings import read_recordings

        recordings = read_recordings(recorded)
        judge = Judge(limits=load_limits(), packs=packs, jobs=jobs, today=today(), note=note, done=progress.done)
        return judge.judge(recordings, base, head)
