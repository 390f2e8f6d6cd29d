"""`tools`: the Pulumi CLI and its AWS plugin are the ones that the repository names."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path

import click

from program.cli.engine_options import say
from program.errors import CouldNotRunError
from program.project.definition import ROOT
from program.workflow.tools import differences, digests_in, pinned_of, this_platform, with_digests

TOOLS = ".github/tools.json"
_INSTALL_SECONDS = 600.0


@click.command()
@click.option("--install", is_flag=True, help="Install the AWS plugin of the locked SDK, where it is missing.")
@click.option("--write", is_flag=True, help="Write the digests of this platform's files, instead of comparing.")
def tools(*, install: bool, write: bool) -> None:
    """Compare the installed Pulumi CLI and AWS plugin with the SHA-256 digests in .github/tools.json.

    The CLI is compared before it is run for the first time. Exits with 1 when a file is another one, with 3 when there
    are no digests for this platform.
    """
    cli, plugin = _cli(), _plugin()
    pinned = None if write else pinned_of(ROOT / TOOLS, this_platform())
    found = digests_in(cli)
    if pinned is not None:
        _refuse(differences(found, pinned))
    if install and not plugin.is_dir():
        _install()
    if not plugin.is_dir():
        raise CouldNotRunError(f"the AWS plugin {plugin.name} is not installed; give --install")
    found |= {f"{plugin.name}/{name}": digest for name, digest in digests_in(plugin).items()}
    if pinned is not None:
        _refuse(differences(found, pinned))
        click.echo(f"{len(found)} files of the Pulumi CLI and its AWS plugin are the pinned ones")
        return
    (ROOT / TOOLS).write_text(with_digests(ROOT / TOOLS, this_platform(), found), encoding="utf-8")
    click.echo(f"{TOOLS} has {len(found)} digests for {this_platform()}; review and commit it")


def _cli() -> Path:
    """Return the folder of the CLI."""
    binary = shutil.which("pulumi")
    if binary is None:
        from program.engine.pulumi_cli.process import NOT_ON_PATH

        raise CouldNotRunError(NOT_ON_PATH)
    return Path(binary).resolve().parent


def _plugin() -> Path:
    """Return the folder of the AWS plugin."""
    home = os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi"
    return Path(home) / "plugins" / f"resource-aws-v{_version()}"


def _version() -> str:
    return importlib.metadata.version("pulumi-aws")


def _install() -> None:
    from program.engine.pulumi_cli.process import Pulumi

    pulumi = Pulumi(folder=ROOT, environment=os.environ, say=say)
    ran = pulumi.run("plugin", "install", "resource", "aws", f"v{_version()}", seconds=_INSTALL_SECONDS)
    if ran.code != 0:
        raise CouldNotRunError(f"the AWS plugin can't be installed: {' '.join(ran.stderr.split())}")


def _refuse(problems: list[str]) -> None:
    if problems:
        for problem in problems:
            say(problem)
        say(f"what is installed is not what {TOOLS} names: it is not run")
        sys.exit(1)
