"""`rights`: the policies of the workflows' roles, and of what they stand on."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policies.deployers import REVIEW_SUFFIX
from program.cli.options import chosen_limits, chosen_stacks, reviewed_file
from program.errors import CouldNotRunError
from program.foundation.settings import FILE, FoundationSettings, foundation_settings
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import REVIEW_TEMPLATE, read_stack_file
from program.service.settings import Settings

if TYPE_CHECKING:
    from policies.limits import Limits
    from program.foundation.rights.files import Member
    from program.offline.stacks import Stack

BUILD = ROOT / "build" / "rights"
REVIEW = f"{REVIEW_SUFFIX}*"
# A review stack's name, which stands for all of them while the template is read.
_ANY_REVIEW_STACK = "pr-0"


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=BUILD,
    show_default="build/rights/ at the root",
    help="The folder that the files are written to.",
)
@click.option("--list", "listing", is_flag=True, help="Print the paths alone, and write nothing.")
def rights(output: Path, *, listing: bool) -> None:
    """Write the policies of the workflows' roles, derived from the calls that AWS gets, and print each file's path.

    Beside the roles of every stack: their trust policies and boundaries, and the policies of the state's keys and
    bucket and of the image's repository. What they stand on is in .github/foundation.yaml. Exits with 3 when that file
    or a stack's settings can't be used.
    """
    from program.foundation.rights.files import policy_files

    settings = foundation_settings(ROOT / FILE)
    members = list(_members(settings, chosen_limits()))
    if not members:
        raise CouldNotRunError(f"{FILE}: account is {settings.account}, in which no stack lives; give a stack's own")
    with reviewed_file():
        files = policy_files(settings, members)
    if not listing:
        _must_hold_no_others(output, files)
    for path, text in files.items():
        file = output / path
        if not listing:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        click.echo(path if listing else os.path.relpath(file))


def _must_hold_no_others(output: Path, files: Collection[str]) -> None:
    """Refuse a folder with other policies in it: whoever makes roles from the folder would make them too."""
    there = sorted(path for path in output.rglob("*") if path.is_file()) if output.exists() else []
    others = [path for path in there if path.relative_to(output).as_posix() not in files]
    if others:
        raise CouldNotRunError(f"{os.path.relpath(others[0])} is no policy of these stacks; remove it, or {output}")


def _members(settings: FoundationSettings, limits: Limits) -> Iterator[Member]:
    """Yield every stack of the account, and its review stacks as one."""
    from program.offline.stacks import read_stack, read_stacks

    stacks = read_stacks(chosen_stacks((), SERVICE), limits)
    for stack in stacks:
        _must_be_usable(stack)
    template = ROOT / REVIEW_TEMPLATE
    if template.exists():
        review = read_stack(read_stack_file(_ANY_REVIEW_STACK, ROOT, template), limits)
        _must_be_usable(review)
        stacks.append(review)
    for stack in stacks:
        if isinstance(stack.settings, Settings) and _account(stack, settings, limits) == settings.account:
            yield _member(stack, settings)


def _must_be_usable(stack: Stack) -> None:
    if stack.findings:
        raise CouldNotRunError("\n".join(f"{finding.source}: {finding.message}" for finding in stack.findings))


def _account(stack: Stack, settings: FoundationSettings, limits: Limits) -> str:
    """Return the account that the stack lives in: the environment's own, else the one that is asked for."""
    environment = limits.environments.get(stack.settings.environment) if stack.settings is not None else None
    return (environment.account if environment is not None else None) or settings.account


def _member(stack: Stack, settings: FoundationSettings) -> Member:
    from program.foundation.rights.files import Member
    from program.foundation.rights.places import Copy
    from program.foundation.rights.state import StackFiles

    assert isinstance(stack.settings, Settings)
    wanted, is_review = stack.settings, stack.name == _ANY_REVIEW_STACK
    network = wanted.networking_stack_ref
    return Member(
        copy=Copy(
            project=SERVICE.name(),
            prefix=wanted.name_prefix,
            environment=wanted.environment,
            suffix=REVIEW if is_review else wanted.environment_suffix,
            region=wanted.region,
            account=settings.account,
            image=_image(wanted.docker_image_uri, settings),
        ),
        files=StackFiles(
            project=SERVICE.name(),
            stack=REVIEW if is_review else stack.name,
            network=network.partition("/")[2] if network is not None else None,
        ),
    )


def _image(uri: str, settings: FoundationSettings) -> str:
    """Return the ARN of the image's repository, by its registry: `<account>.dkr.ecr.<region>.amazonaws.com`."""
    registry, _, rest = uri.partition("/")
    parts = registry.split(".")
    if parts[1:3] != ["dkr", "ecr"]:
        raise CouldNotRunError(
            f"{SERVICE.full_key('dockerImageUri')} is of {registry}, which is no registry of ECR; Lambda pulls from "
            f"<account>.dkr.ecr.<region>.amazonaws.com alone ({settings.account}.dkr.ecr.{settings.image.region}...)"
        )
    return f"arn:aws:ecr:{parts[3]}:{parts[0]}:repository/{rest.partition('@')[0]}"
