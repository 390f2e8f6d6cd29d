"""`tools`: the Pulumi CLI and its plugins are the ones that the repository names."""

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
# Those of the projects: the foundation's alone has resources in GitHub.
PLUGINS = ("aws", "github")
_INSTALL_SECONDS = 600.0


@click.command()
@click.option("--install", is_flag=True, help="Install the plugins of the locked SDKs, where they are missing.")
@click.option("--write", is_flag=True, help="Write the digests of this platform's files, instead of comparing.")
@click.option(
    "--plugin",
    "chosen",
    type=click.Choice(PLUGINS),
    multiple=True,
    help="Only this plugin (repeatable). Default: all that the projects use.",
)
def tools(*, install: bool, write: bool, chosen: tuple[str, ...]) -> None:
    """Compare the installed Pulumi CLI and its plugins with the SHA-256 digests in .github/tools.json.

    The CLI is compared before it is run for the first time. Exits with 1 when a file is another one, with 3 when there
    are no digests for this platform.
    """
    if write and chosen:
        raise click.UsageError("--write is of all plugins: leave --plugin out, or the digests of the others are lost")
    cli = _cli()
    pinned = None if write else pinned_of(ROOT / TOOLS, this_platform())
    found = digests_in(cli)
    _refuse(differences(found, pinned))
    plugins = [name for name in PLUGINS if name in (chosen or PLUGINS)]
    for name in plugins:
        plugin = _installed(name, install=install)
        found |= {f"{plugin.name}/{file}": digest for file, digest in digests_in(plugin).items()}
        _refuse(differences(found, pinned))
    if pinned is not None:
        click.echo(f"{len(found)} files of the Pulumi CLI and its plugins ({', '.join(plugins)}) are the pinned ones")
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


def _installed(name: str, *, install: bool) -> Path:
    """Return the folder of the plugin, at the version of the locked SDK; what is missing is installed, or one line."""
    home = os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi"
    version = importlib.metadata.version(f"pulumi-{name}")
    folder = Path(home) / "plugins" / f"resource-{name}-v{version}"
    if install and not folder.is_dir():
        _install(name, version)
    if not folder.is_dir():
        raise CouldNotRunError(f"the plugin {folder.name} is not installed; give --install")
    return folder


def _install(name: str, version: str) -> None:
    from program.engine.pulumi_cli.process import Pulumi

    pulumi = Pulumi(folder=ROOT, environment=os.environ, say=say)
    ran = pulumi.run("plugin", "install", "resource", name, f"v{version}", seconds=_INSTALL_SECONDS)
    if ran.code != 0:
        raise CouldNotRunError(f"the plugin {name} can't be installed: {' '.join(ran.stderr.split())}")


def _refuse(problems: list[str]) -> None:
    if problems:
        for problem in problems:
            say(problem)
        say(f"what is installed is not what {TOOLS} names: it is not run")
        sys.exit(1)
