"""`bootstrap`: the foundation, from nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from policies.drift_noise import load_noise
from policies.limits import load_limits
from program.cli.completing import stacks_that_begin
from program.cli.engine_options import chosen_stack, rendered, say, summary_of
from program.cli.exit_codes import COULD_NOT_RUN
from program.cli.foundations import is_reachable, numbered, ready
from program.errors import CouldNotRunError
from program.project.definition import FOUNDATION, ROOT, SERVICE, stack_file
from program.project.stackfile import stack_names

if TYPE_CHECKING:
    from policies.limits import Limits
    from program.engine.records import PreviewRecord
    from program.foundation.settings import Settings

_ENDED = {"made": 0, "declined": 1, "blocked": 1, "failed": COULD_NOT_RUN}


@click.command()
@click.argument("stack", required=False, shell_complete=stacks_that_begin)
@click.option("--yes", is_flag=True, help="Make it without asking.")
def bootstrap(stack: str | None, *, yes: bool) -> None:
    """Make the foundation of an account, STACK (foundation/main), and put its state into the bucket that it makes.

    Needs credentials of the account's administrator, and GITHUB_TOKEN of the repository's. First it asks AWS and GitHub
    whether all that it needs is there; then it previews, asks, deploys with a local state, and moves that state. Run
    again, after whatever failure, it goes on from there; when all is done, it changes nothing and says what remains.
    It names each stack's key in its file, and makes every stack in the backend, empty as yet.

    Exits with 1 when something mandatory fails or you said no, with 3 when it could not go on.
    """
    name, limits = stack or _only(), load_limits()
    chosen = chosen_stack(name, None, limits)
    settings = ready(chosen)
    backend = settings.backend_url
    from program.engine.bootstrap.account import concurrency_shortages
    from program.engine.bootstrap.bootstrap import Bootstrapper
    from program.engine.bootstrap.making import make_stacks
    from program.engine.bootstrap.remains import remains, write_providers

    done = Bootstrapper(
        stack=chosen,
        limits=limits,
        noise=load_noise(),
        backend=backend,
        reachable=is_reachable(settings),
        render=summary_of,
        agreed=lambda record: yes or _agreed(record),
        say=say,
    ).run()
    if done.outcome != "made":
        click.echo(rendered(done.record, "text"), nl=False)
        sys.exit(_ENDED[done.outcome])
    click.echo(f"{name} is there, and its state is in {backend}.")
    for line in write_providers(done.outputs, ROOT):
        click.echo(line)
    for made in make_stacks(backend, say):
        click.echo(f"{made}: made in the backend, empty as yet")
    click.echo("\nWhat remains:")
    short = concurrency_shortages(_reserved(settings, limits))
    for line in numbered((*remains(backend, settings.github.name), *short)):
        click.echo(line)


def _only() -> str:
    """Return the only foundation's stack; with several, one has to be named."""
    names = stack_names(ROOT, FOUNDATION)
    if len(names) != 1:
        wanted = f"add {stack_file(FOUNDATION.labelled('main'))}" if not names else f"name one: {', '.join(names)}"
        raise CouldNotRunError(f"{FOUNDATION.stacks}/ has {len(names)} stacks; {wanted}")
    return names[0]


def _reserved(settings: Settings, limits: Limits) -> dict[str, int]:
    """Return how many executions the account's stacks of the service reserve in each region."""
    from program.offline.stacks import read_stacks
    from program.service.settings import Settings as OfService

    found: dict[str, int] = {}
    for stack in read_stacks(stack_names(ROOT, SERVICE), limits):
        asked = stack.settings
        if isinstance(asked, OfService) and limits.environments[asked.environment].account in (None, settings.account):
            wanted = limits.common.reserved_concurrency[asked.lambda_cpu] + limits.common.rotation_concurrency[0]
            found[asked.region] = found.get(asked.region, 0) + wanted
    return found


def _agreed(record: PreviewRecord) -> bool:
    click.echo(rendered(record, "text"), nl=False)
    return click.confirm("Make this?", default=False, err=True)
