"""What the two commands share that make a foundation and take it down: its settings, and what stands against them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from program.cli.engine_options import say
from program.errors import CouldNotRunError

if TYPE_CHECKING:
    from program.foundation.settings import Settings
    from program.offline.stacks import Stack

_PASSPHRASES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def settings_of(stack: Stack) -> Settings:
    """Return the foundation's settings; raise CouldNotRunError for a file that can't be used."""
    from program.foundation.settings import Settings

    if stack.settings is None:
        raise CouldNotRunError("\n".join(f"{finding.source}: {finding.message}" for finding in stack.findings))
    if not isinstance(stack.settings, Settings):
        raise click.BadParameter(f"{stack.name} is no foundation", param_hint="STACK")
    return stack.settings


def ready(stack: Stack) -> Settings:
    """Return the settings of a foundation that nothing stands against, in AWS, in GitHub and here.

    Raises CouldNotRunError with every reason against it.
    """
    settings = settings_of(stack)
    say(f"asking AWS and GitHub what is there for {stack.name} ...")
    refuse_problems(settings)
    let_the_local_state_be()
    return settings


def is_reachable(settings: Settings) -> bool:
    """Tell whether the foundation's bucket is there."""
    from program.engine.bootstrap.account import bucket_is_there

    return bool(bucket_is_there(settings.state_bucket, account=settings.account, region=settings.region))


def numbered(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of what remains to be done, with their numbers."""
    yield from (f"{number:3}. {line}" for number, line in enumerate(lines, start=1))


def refuse_problems(settings: Settings) -> None:
    """Ask AWS and GitHub; raise CouldNotRunError with a line for each thing that is wrong, all of them at once."""
    if problems := [*_backend(settings), *_of_aws(settings), *_of_github(settings)]:
        raise CouldNotRunError("\n".join(problems))


def let_the_local_state_be() -> None:
    """Give Pulumi a passphrase where there is none: every state of files has one, and the local one holds no secret."""
    if not any(os.environ.get(variable) is not None for variable in _PASSPHRASES):
        os.environ[_PASSPHRASES[0]] = ""


def _backend(settings: Settings) -> Iterator[str]:
    elsewhere = os.environ.get("PULUMI_BACKEND_URL")
    if elsewhere and elsewhere != settings.backend_url:
        yield (
            f"PULUMI_BACKEND_URL names another place than {settings.backend_url}, where the workflows look for every "
            f"state; unset it, or mend stateBucket in the foundation's stack file"
        )


def _of_aws(settings: Settings) -> Iterator[str]:
    from program.engine.bootstrap.account import account_problems

    yield from _or_why(account_problems(account=settings.account, bucket=settings.state_bucket, region=settings.region))


def _of_github(settings: Settings) -> Iterator[str]:
    from program.github.context import context_of
    from program.github.rights import repository_problems

    if not os.environ.get("GITHUB_TOKEN"):
        yield "GITHUB_TOKEN is not set; the repository's environments, variables and rules are made with it"
        return
    context = context_of({**os.environ, "GITHUB_REPOSITORY": settings.github.name})
    yield from _or_why(repository_problems(context, settings.repository_id))


def _or_why(problems: Iterable[str]) -> Iterator[str]:
    """Yield the problems, and as one more that nobody can be asked: what else is wrong is told all the same."""
    try:
        yield from problems
    except CouldNotRunError as error:
        yield str(error)
