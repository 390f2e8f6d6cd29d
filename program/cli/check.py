"""`check`: the main job."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policies.limits import Limits, load_limits
from program.cli.failures import told_in
from program.cli.options import (
    check_format_option,
    chosen_stacks,
    detail_of,
    exemptions_from,
    jobs_option,
    must_be_readable,
    stacks_option,
    verbosity_options,
)
from program.cli.progress import Progress
from program.workflow.stages import shard_count

if TYPE_CHECKING:
    from program.offline.result import CheckResult


# As many parts as a workflow has jobs for.
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Part:
    """The index-th (from 0) of so many parts of the stacks; without a count, of as many as a workflow has jobs for."""

    index: int
    count: int | None

    def of(self, names: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """Return the part's stacks, and whether they are all."""
        count = self.count or shard_count(len(names))
        if self.index >= count:
            raise click.UsageError(f"--shard {self.index + 1}/auto is none: {len(names)} stacks are {count} in all")
        return names[self.index :: count], count == 1


class Shard(click.ParamType["Part"]):
    """`i/n`: the i-th of n equal parts of the stacks, counted from 1; `i/auto`: of as many as workflows have jobs."""

    name = "i/n"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Part:
        """Return the part."""
        index, _, count = str(value).partition("/")
        known = index.isdecimal() and int(index) >= 1
        if not known or not (count == AUTO or (count.isdecimal() and int(index) <= int(count))):
            self.fail(f"{value!r} is no shard; write i/n with 1 <= i <= n, for example 1/4, or i/{AUTO}", param, ctx)
        return Part(int(index) - 1, None if count == AUTO else int(count))


@click.command()
@stacks_option
@check_format_option
@jobs_option
@click.option(
    "--shard",
    type=Shard(),
    help="Only the i-th of n parts of the stacks, for a matrix of jobs; n may be auto: as many as `scope` names.",
)
@click.option(
    "--exemptions-from",
    "reference",
    metavar="REF",
    help="Take policies/exemptions.yaml from this commit, for a pull request its base.",
)
@click.option(
    "--against",
    metavar="REF",
    help="Let this commit's guard judge too (a pull request's base), and say what the change does to it.",
)
@verbosity_options
def check(
    stacks: tuple[str, ...],
    format_: str,
    jobs: int,
    shard: Part | None,
    reference: str | None,
    against: str | None,
    *,
    verbose: bool,
    quiet: bool,
) -> None:
    """Check every stack offline: its settings, its resources by the policies, and the stacks by each other.

    Needs no cloud account, no credentials and no Pulumi CLI. Exits with 1 when anything mandatory fails or the
    stacks differ where no difference is declared.
    """
    if against is not None and (stacks or shard is not None):
        raise click.UsageError("--against judges all stacks; give it without --stack and --shard")
    with told_in(format_):
        names = chosen_stacks(stacks)
        names, whole = shard.of(names) if shard is not None else (names, True)
        complete = whole and not stacks
        template = not stacks and (shard is None or shard.index == 0)
        limits = load_limits()
        must_be_readable(limits)
        with Progress(len(names)) as progress, exemptions_from(reference):
            if against is None:
                result = _own(names, limits, jobs, progress.done, complete=complete, template=template)
            else:
                result = _against(against, names, limits, jobs, progress.done)
    if verbose:
        _say_what_was_assumed()
    from program.report.check_formats import render

    click.echo(render(format_, result, detail=detail_of(verbose=verbose, quiet=quiet)), nl=False)
    sys.exit(0 if result.ok else 1)


def _own(
    names: Sequence[str], limits: Limits, jobs: int, done: Callable[[str], None], *, complete: bool, template: bool
) -> CheckResult:
    """Return the check by the own guard."""
    # The host imports the pack while this process imports all the rest, which --help needs nothing of.
    from program.offline.packs import pack_host

    with pack_host() as packs:
        from program.offline.check import check as run

        return run(names, limits, jobs=jobs, complete=complete, packs=packs, done=done, template=template)


def _against(
    reference: str, names: Sequence[str], limits: Limits, jobs: int, done: Callable[[str], None]
) -> CheckResult:
    """Return the check by the own guard and by the commit's, of one recording."""
    from program.cli.judge import judged
    from program.offline.check import record_all
    from program.offline.guard.joining import joined
    from program.offline.judged_stacks import judge_all
    from program.offline.packs import pack_host
    from program.offline.recordings import written
    from program.offline.stacks import read_stacks

    with pack_host() as packs:
        recordings = record_all(names, limits, jobs=jobs, done=lambda _: None)
        own = judge_all(recordings, read_stacks(names, limits), limits, jobs=jobs, done=done, packs=packs)
    with tempfile.TemporaryDirectory(prefix="recorded-") as scratch:
        file = Path(scratch) / "recorded.json"
        file.write_text(written(recordings), encoding="utf-8")
        return joined(own, judged(file, reference, None, jobs))


def _say_what_was_assumed() -> None:
    """Say on stderr that the rotation's zip was not needed: its source is what is hashed, packaged or not."""
    from program.service.packaging import archive
    from program.service.stack import BUILD_FOLDER, ROTATION_FOLDER

    if archive(ROTATION_FOLDER, BUILD_FOLDER) == ROTATION_FOLDER:
        click.echo(
            "note: the rotation function is not packaged; its source was judged (package it to deploy)", err=True
        )
