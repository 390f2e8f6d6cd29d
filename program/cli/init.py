"""`init`: the example becomes a service of one's own."""

from __future__ import annotations

import re

import click

from policies.naming import LONGEST_PREFIX, NAME_PART
from program.offline.adoption.adopting import adopt
from program.offline.adoption.renaming import Adoption
from program.project.definition import ROOT, SERVICE

_OWNER = re.compile(r"@[\w.-]+(/[\w.-]+)?")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


class Matching(click.ParamType["str"]):
    """Text of one form, which is said where it has another."""

    def __init__(self, name: str, pattern: str | re.Pattern[str], wanted: str, longest: int) -> None:
        self.name = name
        self._pattern, self._wanted, self._longest = re.compile(pattern), wanted, longest

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text as it was given."""
        if not self._pattern.fullmatch(str(value)) or len(str(value)) > self._longest:
            self.fail(f"{value!r} is not {self._wanted}", param, ctx)
        return str(value)


_OWNERS = Matching("owner", _OWNER, "a GitHub team or user: @organisation/team", 100)
_PART = "lower-case letters, digits and single hyphens, a letter first"


@click.command()
@click.option(
    "--name",
    required=True,
    type=Matching("name", NAME_PART, f"a project's name: up to 100 {_PART}", 100),
    help="The project: the namespace of its configuration, its image and its roles.",
)
@click.option(
    "--prefix",
    type=Matching("prefix", NAME_PART, f"a prefix of names: up to {LONGEST_PREFIX} {_PART}", LONGEST_PREFIX),
    help="Stands before the service in every physical name.  [default: the name]",
)
@click.option(
    "--repository",
    type=Matching("repository", _REPOSITORY, "a GitHub repository: owner/name", 140),
    help="On GitHub, owner/name: for the README's badges.  [default: the owners' organisation and the name]",
)
@click.option("--owners", default="@platform-team", show_default=True, type=_OWNERS, help="Whose the service is.")
@click.option(
    "--guard-owners", default="@platform-security", show_default=True, type=_OWNERS, help="Whose its guard is."
)
def init(name: str, prefix: str | None, repository: str | None, owners: str, guard_owners: str) -> None:
    """Make this repository the service NAME.

    Renames the project, its configuration, its image, its roles and their rights, sets the prefix of physical names and
    the owners, writes a README of its own, and removes the example's pictures. What a service changes is first kept in
    tests/example, which the product's tests run on. Prints what it did; run again, it does nothing.
    """
    if prefix is None and len(name) > LONGEST_PREFIX:
        raise click.BadParameter(
            f"{name!r} is longer than a prefix of names may be ({LONGEST_PREFIX} characters); give --prefix too",
            param_hint="--name",
        )
    organisation = owners[1:].partition("/")[0]
    adoption = Adoption(
        old=SERVICE.name(),
        new=name,
        prefix=prefix or name,
        repository=repository or f"{organisation}/{name}",
        owners=owners,
        guard_owners=guard_owners,
    )
    done = list(map(_told, adopt(ROOT, adoption)))
    if not done:
        click.echo(f"this is {name} already: nothing to do", err=True)


def _told(line: str) -> str:
    click.echo(line)
    return line
