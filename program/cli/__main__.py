"""The command line's one door: `python -m program.cli`; expected failures become one line and an exit code here."""

from __future__ import annotations

import importlib
import io
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

import click

from program.cli.exit_codes import COULD_NOT_RUN, INTERRUPTED
from program.errors import ParityError

# What each command does, so that --help need not import them.
COMMANDS: Mapping[str, str] = {
    "apply": "Apply a bundle's plan to one stack.",
    "check": "Check every stack offline: settings, policies, parity.",
    "comment": "Write the one comment on a pull request.",
    "compare": "Compare the stacks' manifests side by side.",
    "destroy": "Destroy one stack; see that nothing is left.",
    "drift": "Tell whether one stack's cloud is what was deployed.",
    "drift-issue": "Keep a GitHub issue for each stack that drifted.",
    "gate": "Say whether every job that had to run did.",
    "image": "Put an image's digest into every stack file.",
    "judge": "Judge a recording by the guard of its base.",
    "manifest": "Print one stack's manifest.",
    "package": "Build the rotation function's zip.",
    "preview": "Preview one stack by the Pulumi CLI and the pack.",
    "provisioned": "Wait until the app's credential has a password.",
    "record": "Write what every stack registers, for judge.",
    "recover": "Bring a stack back after an update that was cut off.",
    "report": "Make one report of a check and of all records.",
    "scope": "Say what a workflow run has to do.",
    "stacks": "Print the stacks as a JSON matrix for a workflow.",
    "sweep": "Print or destroy review stacks left over.",
    "tools": "Compare the installed Pulumi with its digests.",
    "unlabel": "Take a review stack's label off after a push.",
}


class Commands(click.Group):
    """Imports a command's module when the command is called, so that the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"program.cli.{name}"), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; interrupted, it ends as a shell expects, and not as if it had found something."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
        cli(prog_name="python -m program.cli")
    except ParityError as error:
        for line in str(error).splitlines():
            click.echo(f"error: {line}", err=True)
        sys.exit(COULD_NOT_RUN)
    except SyntaxError as error:
        # A change of the program, as much as a stack file, is input: it is told by its place.
        click.echo(f"error: {_relative(error.filename)}:{error.lineno}: {error.msg}", err=True)
        sys.exit(COULD_NOT_RUN)
    except OSError as error:
        click.echo(f"error: {error.filename or 'the system'}: {error.strerror or error}", err=True)
        sys.exit(COULD_NOT_RUN)
    except Exception:  # noqa: BLE001  # a bug of ours; 1 would say that the check ran and found something
        traceback.print_exc()
        sys.exit(COULD_NOT_RUN)


def _relative(file: str | None) -> str:
    from program.offline.stackfile import ROOT

    path = Path(file or "")
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


if __name__ == "__main__":
    main()
