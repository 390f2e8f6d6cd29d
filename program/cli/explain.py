"""`explain`: one rule, or all of them by name."""

from __future__ import annotations

import click

from program.cli.completing import rules_that_begin


@click.command()
@click.argument("rule", required=False, shell_complete=rules_that_begin)
def explain(rule: str | None) -> None:
    """Say what RULE asks for, why, how to fix what it finds and how to accept it; without RULE list all rules."""
    from policies.schema import suggest
    from program.report.content.paperwork import known_rules
    from program.report.terminal.rule import explained, listed

    if rule is None:
        click.echo(listed(), nl=False)
        return
    if rule not in known_rules():
        hint = suggest(rule, list(known_rules()))
        if not hint.startswith("; did you mean"):
            hint = "; `./parity explain` lists them"
        raise click.BadParameter(f"there is no rule {rule!r}{hint}", param_hint="RULE")
    click.echo(explained(rule), nl=False)
