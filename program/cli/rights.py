"""`rights`: every role of the workflows with all that it may do, as it is derived."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from policies.limits import load_limits
from program.errors import CouldNotRunError, SettingsError
from program.project.definition import FOUNDATION, ROOT, stack_file
from program.project.stackfile import read_stack_file, stack_names

if TYPE_CHECKING:
    from policies.limits import Limits
    from program.foundation.rights.account import AccountRights, Boundary
    from program.foundation.rights.roles import Role


@click.command()
def rights() -> None:
    """Print every role of the workflows as JSON, derived from the calls that AWS gets: whom it lets in, what it may do.

    Beside them the boundaries, which no role passes. The foundation makes the same; the ids of its keys, which AWS
    chooses, have a placeholder here. Exits with 3 when the settings of the foundation or of a stack can't be used.
    """
    names = stack_names(ROOT, FOUNDATION)
    if not names:
        wanted = stack_file(FOUNDATION.labelled("main"))
        raise CouldNotRunError(f"{FOUNDATION.stacks}/ has no stack; the foundation of an account is {wanted}")
    limits = load_limits()
    found = {name: _shown(_rights_of(name, limits)) for name in names}
    click.echo(json.dumps(found, indent=2))


def _rights_of(name: str, limits: Limits) -> AccountRights:
    from program.foundation.members import members, own_member
    from program.foundation.rights.account import account_rights
    from program.foundation.settings import Settings
    from program.foundation.validation import validate
    from program.project.reading import read_settings

    file = read_stack_file(name, ROOT)
    try:
        settings = read_settings(file, Settings, validate, limits)
        return account_rights(settings, members(settings, limits), own_member(settings, file.stack))
    except SettingsError as error:
        raise CouldNotRunError("\n".join(problem.text for problem in file.located(error.problems))) from None


def _shown(found: AccountRights) -> dict[str, object]:
    roles = [role for roles in found.roles.values() for role in roles]
    boundaries = [*found.workflow_boundaries.values(), *found.copy_boundaries]
    return {
        "roles": {role.name: _role(role, found) for role in roles},
        "boundaries": {boundary.name: json.loads(boundary.document) for boundary in boundaries},
    }


def _role(role: Role, found: AccountRights) -> dict[str, object]:
    limit: Boundary = found.workflow_boundaries[role.label]
    return {
        "environment": role.environment,
        "boundary": limit.name,
        "trust": json.loads(role.trust),
        "policies": [json.loads(policy) for policy in role.policies],
    }
