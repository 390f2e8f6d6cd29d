"""The world of the first day: an empty folder, a repository on a GitHub of its own, an account, no other network."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from program.offline.simulation import Cloud
from program.project.definition import ROOT
from tests.engine.harness import Result
from tests.engine.provider import serve
from tests.program.github.server import LocalGitHub

BIN = Path(__file__).parent / "bin"
GITHUB = "https://github.com/"
# What no repository has.
_NOT_COMMITTED = shutil.ignore_patterns(
    ".coverage*", ".git", ".hypothesis", ".pulumi*", ".venv", "*_cache", "__pycache__", "build"
)
_OF_OTHERS = ("AWS_", "COVERAGE_", "GIT_", "GITHUB_", "MAKE", "MFLAGS", "PULUMI_", "PYTHON", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An empty folder, GitHub with the repository in it, and what commands see."""

    folder: Path
    bare: Path
    github: LocalGitHub
    environment: dict[str, str]

    def types(self, commands: str, *, answer: str = "", seconds: float = 600) -> Result:
        """Run the commands as a person does who types them into the folder and answers what is asked."""
        done = subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            input=answer,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Result(code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def pushed(self, branch: str, path: str) -> str:
        """Return what the file holds on that branch of the repository on GitHub."""
        return _git("show", f"{branch}:{path}", folder=self.bare)


@contextmanager
def a_world(folder: Path, *, repository: str, aws: str, account: str, github: LocalGitHub) -> Iterator[World]:
    """Give the world; there is a double of the AWS provider for each region of the stack files."""
    for name in ("work", "home"):
        (folder / name).mkdir()
    bare = _on_github(folder)
    (folder / "gitconfig").write_text(_GIT_CONFIG.format(bare=bare, url=GITHUB + repository))
    pulumi = shutil.which("pulumi")
    assert pulumi is not None
    with ExitStack() as servers:
        ports = {
            region: servers.enter_context(
                serve(Cloud(stack=region, region=region, account=account), folder / f"cloud-{region}.json")
            )
            for region in ("us-east-1", "us-east-2", "us-west-2")
        }
        environment = without_network(folder) | {
            "AWS_ACCESS_KEY_ID": "of-the-tests",
            "AWS_ENDPOINT_URL": aws,
            "AWS_SECRET_ACCESS_KEY": "of-the-tests",
            "FIRST_DAY_CLOUDS": json.dumps(ports),
            "FIRST_DAY_PULUMI": pulumi,
            "GITHUB_API_URL": github.url,
            "GITHUB_TOKEN": "of-the-tests",
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": f"{BIN}:{Path(pulumi).parent}:{os.environ['PATH']}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(folder / "home" / ".pulumi"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        yield World(folder=folder / "work", bare=bare, github=github, environment=environment)


def without_network(folder: Path) -> dict[str, str]:
    """Return what commands see for whom `make install` takes what is here already, and notes what it would fetch."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_OF_OTHERS)}
    return kept | {
        "FIRST_DAY_NOTES": str(folder / "notes"),
        "FIRST_DAY_PACKAGES": json.dumps(site.getsitepackages()),
        "FIRST_DAY_PYTHON": sys.executable,
        "HOME": str(folder / "home"),
        "PYTHON": str(BIN / "python-without-network"),
    }


def copied(folder: Path) -> Path:
    """Return a copy of all that is committed here."""
    return Path(shutil.copytree(ROOT, folder, ignore=_NOT_COMMITTED, symlinks=True))


_GIT_CONFIG = """\
[url "{bare}"]
    insteadOf = {url}
[user]
    name = Dana
    email = dana@example.com
[init]
    defaultBranch = main
"""


def _on_github(folder: Path) -> Path:
    """Return a bare repository with all of this one in its one commit."""
    tree, bare = copied(folder / "tree"), folder / "github.git"
    _git("init", "--quiet", "--initial-branch", "main", folder=tree)
    _git("add", "--all", folder=tree)
    identity = ("-c", "user.name=Dana", "-c", "user.email=dana@example.com", "-c", "commit.gpgsign=false")
    _git(*identity, "commit", "--quiet", "--message", "From the template", folder=tree)
    _git("clone", "--quiet", "--bare", str(tree), str(bare), folder=folder)
    shutil.rmtree(tree)
    return bare


def _git(*arguments: str, folder: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout
