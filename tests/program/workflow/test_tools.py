"""`tools` compares what is installed with the repository's digests, the CLI before it is ever run."""

import hashlib
import importlib.metadata
import json
import sys

import pytest
from click.testing import CliRunner

from program.cli.tools import TOOLS, tools
from program.errors import CouldNotRunError
from program.project.definition import ROOT
from program.workflow.tools import read_pinned, this_platform

PLUGIN = f"resource-aws-v{importlib.metadata.version('pulumi-aws')}"
HOST = "pulumi-language-python"
BINARY = f"{PLUGIN}/pulumi-resource-aws"
# A CLI that notes how it was called, and installs a plugin of two files.
CLI = f"""\
#!{sys.executable} -SE
import os, pathlib, sys

home = pathlib.Path(os.environ["PULUMI_HOME"])
with (home / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if os.environ.get("BROKEN"):
    sys.exit("error: no network")
folder = home / "plugins" / "{PLUGIN}"
folder.mkdir(parents=True)
(folder / "pulumi-resource-aws").write_text("the plugin")
(folder / "README.md").write_text("words")
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a project without digests, with a CLI on PATH and no plugin."""
    binaries, project = tmp_path / "bin", tmp_path / "project"
    for folder in (binaries, project / ".github", tmp_path / "home"):
        folder.mkdir(parents=True)
    (binaries / "pulumi").write_text(CLI)
    (binaries / "pulumi").chmod(0o755)
    (binaries / HOST).write_text("the language host")
    (binaries / "other").write_text("of somebody else")
    (project / TOOLS).write_text((ROOT / TOOLS).read_text())
    monkeypatch.setattr("program.cli.tools.ROOT", project)
    monkeypatch.setenv("PATH", str(binaries))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    (project / TOOLS).write_text('{"schemaVersion": 1, "platforms": {"plan9-mips": {"pulumi": "x"}}}')
    return tmp_path


def run(*arguments):
    done = CliRunner().invoke(tools, arguments)
    if isinstance(done.exception, CouldNotRunError):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def calls(machine):
    file = machine / "home" / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_the_digests_are_written_once_and_compared_from_then_on(machine):
    code, out, _ = run("--install", "--write")

    assert (code, out) == (0, f"{TOOLS} has 3 digests for {this_platform()}; review and commit it\n")
    pinned = json.loads((machine / "project" / TOOLS).read_text())["platforms"]
    assert pinned["plan9-mips"] == {"pulumi": "x"}, "another platform's digests stay"
    assert pinned[this_platform()] == {
        "pulumi": hashlib.sha256(CLI.encode()).hexdigest(),
        HOST: hashlib.sha256(b"the language host").hexdigest(),
        BINARY: hashlib.sha256(b"the plugin").hexdigest(),
    }
    assert run("--install") == run() == (0, "3 files of the Pulumi CLI and its AWS plugin are the pinned ones\n", "")
    assert len(calls(machine)) == 1, "a plugin that is there is not installed again"
    assert calls(machine)[0].startswith(f"plugin install resource aws {PLUGIN.rpartition('-')[2]}")


@pytest.mark.parametrize("file", ["pulumi", HOST, "pulumi-of-tomorrow"])
def test_a_cli_that_is_another_one_is_never_run(machine, file):
    run("--install", "--write")
    (machine / "home" / "calls").unlink()
    with (machine / "bin" / file).open("a") as stream:
        stream.write("# another byte")

    code, out, err = run("--install")

    digest = hashlib.sha256((machine / "bin" / file).read_bytes()).hexdigest()
    assert (code, out) == (1, "")
    assert err.startswith(f"{file} has the SHA-256 {digest}; it must be ")
    assert err.endswith(f"what is installed is not what {TOOLS} names: it is not run\n")
    assert calls(machine) == []


def test_a_plugin_that_is_another_one_is_refused(machine):
    run("--install", "--write")
    (machine / "home" / "plugins" / BINARY).write_text("from a cache that somebody else filled")

    code, _, err = run("--install")

    assert (code, err.split()[0]) == (1, BINARY)


def test_a_platform_without_digests_says_how_they_are_written(machine):
    with pytest.raises(CouldNotRunError, match=rf"^\.github/tools\.json has no digests for {this_platform()}; install"):
        run("--install")

    assert calls(machine) == []


def test_a_plugin_that_is_missing_is_one_line(machine):
    run("--install", "--write")
    (machine / "home" / "plugins" / PLUGIN).rename(machine / "elsewhere")

    with pytest.raises(CouldNotRunError, match=rf"^the AWS plugin {PLUGIN} is not installed; give --install$"):
        run()


def test_a_plugin_that_cannot_be_had_is_one_line(machine, monkeypatch):
    monkeypatch.setenv("BROKEN", "1")

    with pytest.raises(CouldNotRunError, match=r"^the AWS plugin can't be installed: error: no network$"):
        run("--install", "--write")

    assert json.loads((machine / "project" / TOOLS).read_text())["platforms"].keys() == {"plan9-mips"}


def test_a_machine_without_the_cli_is_one_line(machine, monkeypatch):
    monkeypatch.setenv("PATH", str(machine / "home"))

    with pytest.raises(CouldNotRunError, match=r"^pulumi is not on PATH; install the Pulumi CLI"):
        run()


def test_without_a_home_of_its_own_the_plugins_are_in_the_users(machine, monkeypatch):
    monkeypatch.delenv("PULUMI_HOME")
    monkeypatch.setenv("HOME", str(machine / "somebody"))
    folder = machine / "somebody" / ".pulumi" / "plugins" / PLUGIN
    folder.mkdir(parents=True)
    (folder / "pulumi-resource-aws").write_text("the plugin")

    assert run("--write")[0] == 0


def test_the_repositorys_file_is_one():
    assert all(len(digest) == 64 for digests in read_pinned(ROOT / TOOLS).values() for digest in digests.values())
