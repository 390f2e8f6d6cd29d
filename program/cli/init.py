"""`init`: the example becomes a service of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping

import click

from policies.naming import LONGEST_PREFIX, NAME_PART
from program.offline.adoption.adopting import adopt
from program.offline.adoption.renaming import CODEOWNERS, GUARD_TEAM, TEAM, Adoption
from program.offline.adoption.standing import chosen_prefix, own_repository, text_of
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE

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
_ONCE = "[required the first time; then: no change]"
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
    help="Stands before the service in every physical name.  [default: the one chosen before, else the name]",
)
@click.option(
    "--repository",
    type=Matching("repository", _REPOSITORY, "a GitHub repository: owner/name", 140),
    help="On GitHub, owner/name: whom AWS trusts, and the README's badges.  "
    "[default: the one set before, else the owners' organisation and the name]",
)
@click.option("--owners", type=_OWNERS, help=f"Whose the service is, wherever {TEAM} stands.  {_ONCE}")
@click.option("--guard-owners", type=_OWNERS, help=f"Whose its guard is, wherever {GUARD_TEAM} stands.  {_ONCE}")
def init(name: str, prefix: str | None, repository: str | None, owners: str | None, guard_owners: str | None) -> None:
    """Make this repository the service NAME.

    Renames the project, its configuration, its image, its roles and their rights, sets the prefix of physical names and
    the owners, writes a README of its own, and removes the example's pictures. What a service changes is first kept in
    tests/example, which the product's tests run on. Prints what it did; run again, it changes only what it is told.
    """
    _must_be_free(name)
    old = SERVICE.name()
    adoption = Adoption(
        old=old,
        new=name,
        prefix=prefix or chosen_prefix(ROOT, old) or _as_prefix(name),
        repository=repository or own_repository(ROOT) or f"{_organisation(owners or TEAM)}/{name}",
        owners=owners or TEAM,
        guard_owners=guard_owners or GUARD_TEAM,
    )
    _must_be_somebodys({"--owners": (owners, TEAM), "--guard-owners": (guard_owners, GUARD_TEAM)})
    done = list(map(_told, adopt(ROOT, adoption)))
    if not done:
        click.echo(f"this is {name} already: nothing to do", err=True)


def _must_be_free(name: str) -> None:
    """Refuse a name whose namespace of configuration is somebody else's."""
    taken = {NETWORK.name(): "the networks' project", FOUNDATION.name(): "the foundation's project"}
    taken |= {"aws": "the AWS provider", "github": "the GitHub provider", "pulumi": "Pulumi itself"}
    if name in taken:
        raise click.BadParameter(
            f"{name!r} is what {taken[name]} has its configuration under; give the service another name",
            param_hint="--name",
        )


def _must_be_somebodys(owners: Mapping[str, tuple[str | None, str]]) -> None:
    """Refuse to leave the example's owners: GitHub passes over those that it doesn't know, and asks nobody."""
    standing = text_of(ROOT, CODEOWNERS)
    missing = [
        option
        for option, (given, team) in owners.items()
        if given is None and re.search(rf"{team}(?![\w-])", standing) is not None
    ]
    if missing:
        raise click.UsageError(
            f"{' and '.join(missing)} missing, and {CODEOWNERS} has the example's; give who reviews the service "
            f"(--owners) and what judges it (--guard-owners), each a team or a user such as @acme/orders"
        )


def _as_prefix(name: str) -> str:
    if len(name) > LONGEST_PREFIX:
        raise click.BadParameter(
            f"{name!r} is longer than a prefix of names may be ({LONGEST_PREFIX} characters); give --prefix too",
            param_hint="--name",
        )
    return name


def _organisation(owners: str) -> str:
    return owners[1:].partition("/")[0]


def _told(line: str) -> str:
    click.echo(line)
    return line
