"""The command line's one door: `./parity`; expected failures become one line and an exit code here."""

from __future__ import annotations

import importlib
import io
import sys
import traceback
from collections.abc import Mapping

import click

from program.cli.exit_codes import COULD_NOT_RUN, INTERRUPTED
from program.cli.failures import reasons_of
from program.project.importing import importing

# How it is called wherever something is printed: from the root, with nothing installed.
CALLED = "./parity"
COMPLETION_VARIABLE = "_PARITY_COMPLETE"
# What each command does, so that --help need not import them.
GROUPS: Mapping[str, Mapping[str, str]] = {
    "Without a cloud account": {
        "check": "Check every stack offline: settings, policies, parity.",
        "diff": "Show in what two stacks differ.",
        "explain": "Say what a rule asks for, why, and how to fix it.",
        "compare": "Compare the stacks' manifests side by side.",
        "manifest": "Print one stack's manifest.",
        "report": "Make one report of a check and of all records.",
        "init": "Make this repository a service of one's own.",
        "new": "Write the skeleton of a component.",
        "package": "Build the rotation function's zip.",
        "rights": "Print the roles of the workflows, with all that they may do.",
        "completion": "Print the completion for bash, zsh or fish.",
    },
    "With Pulumi and a cloud account": {
        "bootstrap": "Make the foundation of an account, from nothing.",
        "preview": "Preview one stack with the Pulumi CLI and the pack.",
        "apply": "Apply a bundle's plan to one stack.",
        "provisioned": "Wait until the app's credential has a password.",
        "drift": "Tell whether one stack's cloud is what was deployed.",
        "recover": "Bring a stack back after an update that was cut off.",
        "destroy": "Destroy one stack and check that nothing is left.",
    },
    "Called by workflows": {
        "comment": "Write the one comment on a pull request.",
        "drift-issue": "Keep a GitHub issue for each stack that drifted.",
        "gate": "Say whether every job that had to run succeeded.",
        "image": "Set an image's digest in every stack file.",
        "judge": "Judge a recording by the guard of its base.",
        "record": "Write what every stack registers, for judge.",
        "scope": "Say what a workflow run has to do.",
        "stacks": "Print the stacks as a JSON matrix.",
        "sweep": "Print or destroy review stacks that are left over.",
        "tools": "Compare the installed Pulumi with its digests.",
        "unlabel": "Remove a review stack's label after a push.",
    },
}
COMMANDS: Mapping[str, str] = {name: about for group in GROUPS.values() for name, about in group.items()}


class Commands(click.Group):
    """Imports a command's module when the command is called, so that the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        with importing():
            command: click.Command = getattr(importlib.import_module(f"program.cli.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; of one that there isn't, the nearest is named."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from policies.schema import suggest

            said = error.message.removesuffix(".")
            raise click.UsageError(f"{said}{suggest(args[0], list(COMMANDS))}", ctx) from None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; interrupted, it ends as a shell expects, and not as if it had found something."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands, in a table for each kind of caller."""
        width = max(map(len, COMMANDS))
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), about) for name, about in commands.items()])


def _version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:  # noqa: FBT001  # click's own call
    if asked:
        from program.cli.version import version_line

        click.echo(version_line())
        ctx.exit()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print it, and exit."
)
def cli() -> None:
    """Keep one AWS service the same in every environment, and prove it on every change.

    Exit codes: 0 clean, 1 findings or differences, 2 wrong usage, 3 could not run.
    """


def main() -> None:
    """Run the command line; an expected failure is a line on stderr for each reason, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the terminal's encoding lacks is no reason to print nothing.
            stream.reconfigure(errors="backslashreplace")
    try:
        cli(prog_name=CALLED, complete_var=COMPLETION_VARIABLE)
    except Exception as error:  # noqa: BLE001  # a bug of ours; 1 would say that the check ran and found something
        reasons = reasons_of(error)
        for line in reasons:
            click.echo(f"error: {line}", err=True)
        if not reasons:
            traceback.print_exc()
        sys.exit(COULD_NOT_RUN)


if __name__ == "__main__":
    main()
