"""`sweep`: review stacks that are left over."""

from __future__ import annotations

import datetime
import os
import sys

import click

from policies.limits import load_limits
from program.cli.engine_options import chosen_stack, say
from program.errors import CouldNotRunError
from program.project.definition import ROOT
from program.project.stackfile import REVIEW_TEMPLATE
from program.workflow.leftover import ReviewStack, Sweep, left_over, number_of, read_listing


@click.command()
@click.option("--destroy", is_flag=True, help="Destroy them, instead of only printing them.")
@click.option("--stack", "only", metavar="NAME", help="Only this one, whatever its pull request is.")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=14,
    show_default=True,
    help="How long the stack of an open pull request may go without a deployment.",
)
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="How many at once.")
def sweep(*, destroy: bool, only: str | None, days: int, most: int) -> None:
    """Print the review stacks (pr-<n>) that are left over, and why; with --destroy, destroy them.

    A stack is left over when its pull request is closed, or was not deployed for long. No other stack is ever touched,
    and one whose pull request can't be seen stays. Needs PULUMI_BACKEND_URL, and without --stack GITHUB_TOKEN,
    GITHUB_REPOSITORY and `pull-requests: read`. Exits with 1 when one could not be destroyed.
    """
    if only is not None and number_of(only) is None:
        raise click.BadParameter(f"{only!r} is no review stack; those are pr-<n>", param_hint="--stack")
    stacks = _listed()
    unseen: list[str] = []
    found = _named(stacks, only) if only else _left_over(stacks, days, most, unseen)
    for name, reason in found.now.items():
        click.echo(f"{name}: {reason}")
    for name in found.later:
        say(f"{name} is left over too, and waits for the next time: {most} are destroyed at once")
    if not found.now:
        say("there is no review stack to destroy")
    failed = [name for name in found.now if destroy and not _destroyed(name)]
    sys.exit(1 if failed or unseen else 0)


def _listed() -> tuple[ReviewStack, ...]:
    from program.engine.pulumi_cli.workspace import listed_stacks

    return read_listing(listed_stacks(say, ROOT))


def _named(stacks: tuple[ReviewStack, ...], name: str) -> Sweep:
    there = any(stack.name == name for stack in stacks)
    return Sweep(now={name: "it was asked for"} if there else {}, later=())


def _left_over(stacks: tuple[ReviewStack, ...], days: int, most: int, unseen: list[str]) -> Sweep:
    """Return what is left over; the stacks whose pull requests can't be seen are added to `unseen`."""
    from program.github.context import context_of
    from program.workflow.pulls import PullRequests

    is_open: dict[int, bool | None] = {}
    with PullRequests(context_of(os.environ)) as pulls:
        for stack in stacks:
            try:
                is_open[stack.number] = pulls.is_open(stack.number)
            except CouldNotRunError as error:
                is_open[stack.number] = None
                unseen.append(stack.name)
                say(f"{stack.name} stays: {error}")
    now = datetime.datetime.now(datetime.UTC)
    return left_over(stacks, is_open=is_open, now=now, longest=datetime.timedelta(days=days), most=most)


def _destroyed(name: str) -> bool:
    """Destroy the stack; that it couldn't be is a line, and stops no other one's end."""
    from program.engine.destroy import Destroyer
    from program.engine.pulumi_cli.workspace import workspace

    template = ROOT / REVIEW_TEMPLATE
    try:
        chosen = chosen_stack(name, template, load_limits())
        with workspace(name, config_file=template, say=say) as place:
            record = Destroyer(stack=chosen, place=place, say=say).destroy((name,))
    except CouldNotRunError as error:
        say(f"{name}: {error}")
        return False
    if record.outcome != "destroyed":
        say(f"{name}: {record.error or record.outcome}; left: {', '.join(record.left) or 'nothing'}")
        return False
    say(f"{name}: destroyed")
    return True
