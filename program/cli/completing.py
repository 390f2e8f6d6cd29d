"""What a shell completes beside commands and options: the names of stacks and rules."""

from __future__ import annotations

import click

from program.errors import ParityError


def stacks_that_begin(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the stacks whose name begins so; nothing where the stack files can't be read."""
    from program.project.definition import ROOT
    from program.project.stackfile import stack_names

    try:
        return [name for name in stack_names(ROOT) if name.startswith(incomplete)]
    except ParityError:
        return []


def rules_that_begin(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the rules whose id begins so."""
    from program.report.content.paperwork import known_rules

    return [rule for rule in known_rules() if rule.startswith(incomplete)]
