"""`completion`: the commands, options and stacks at a key's press."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
_PROGRAM = "parity"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash   eval "$(./parity completion bash)"
    zsh    eval "$(./parity completion zsh)"     with .venv/bin on PATH
    fish   ./parity completion fish | source     with .venv/bin on PATH
    """  # noqa: D301  # \b keeps click from joining the lines
    from program.cli.__main__ import COMPLETION_VARIABLE, cli

    of_shell = get_completion_class(shell)
    assert of_shell is not None, "click knows each of SHELLS"
    # The version of bash is nobody's business here: `source` would start one to ask.
    completes = of_shell(cli, {}, _PROGRAM, COMPLETION_VARIABLE)
    click.echo(completes.source_template % completes.source_vars())
