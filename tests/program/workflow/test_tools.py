"""`tools` compares what is installed with the repository's digests, the CLI before it is ever run."""

import hashlib
import importlib.metadata
import json
import re
import shutil
import sys

import pytest
from click.testing import CliRunner

from program.cli.tools import PLUGINS, TOOLS, tools
from program.errors import CouldNotRunError
from program.project.definition import ROOT
from program.workflow.tools import read_pinned, this_platform

AWS, GITHUB = (f"resource-{name}-v{importlib.metadata.version(f'pulumi-{name}')}" for name in ("aws", "github"))
HOST = "pulumi-language-python"
# A CLI that notes how it was called, and installs a plugin of two files.
CLI = f"""\
#!{sys.executable} -SE
import os, pathlib, sys

home = pathlib.Path(os.environ["PULUMI_HOME"])
with (home / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if os.environ.get("BROKEN"):
    sys.exit("error: no network")
_, _, kind, name, version = sys.argv[1:6]
folder = home / "plugins" / f"{{kind}}-{{name}}-{{version}}"
folder.mkdir(parents=True)
(folder / f"pulumi-resource-{{name}}").write_text(f"the plugin {{name}}")
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


def binary(name):
    return f"{AWS if name == 'aws' else GITHUB}/pulumi-resource-{name}"


def calls(machine):
    file = machine / "home" / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_the_digests_are_written_once_and_compared_from_then_on(machine):
    code, out, _ = run("--install", "--write")

    assert (code, out) == (0, f"{TOOLS} has 4 digests for {this_platform()}; review and commit it\n")
    pinned = json.loads((machine / "project" / TOOLS).read_text())["platforms"]
    assert pinned["plan9-mips"] == {"pulumi": "x"}, "another platform's digests stay"
    assert pinned[this_platform()] == {
        "pulumi": hashlib.sha256(CLI.encode()).hexdigest(),
        HOST: hashlib.sha256(b"the language host").hexdigest(),
        binary("aws"): hashlib.sha256(b"the plugin aws").hexdigest(),
        binary("github"): hashlib.sha256(b"the plugin github").hexdigest(),
    }
    same = "4 files of the Pulumi CLI and its plugins (aws, github) are the pinned ones\n"
    assert run("--install") == run() == (0, same, "")
    assert [call.split()[:5] for call in calls(machine)] == [
        ["plugin", "install", "resource", "aws", AWS.rpartition("-")[2]],
        ["plugin", "install", "resource", "github", GITHUB.rpartition("-")[2]],
    ], "a plugin that is there is not installed again"


def test_a_job_has_the_plugins_that_it_asks_for_and_no_other(machine):
    run("--install", "--write")
    shutil.rmtree(machine / "home" / "plugins")

    first = run("--install", "--plugin", "aws")

    assert first == (0, "3 files of the Pulumi CLI and its plugins (aws) are the pinned ones\n", "")
    assert not (machine / "home" / "plugins" / GITHUB).exists()
    assert run("--install", "--plugin", "github")[0] == 0
    assert (machine / "home" / "plugins" / GITHUB).exists()


def test_digests_are_written_of_all_plugins_or_of_none(machine):
    code, out, err = run("--write", "--plugin", "aws")

    assert (code, out) == (2, "")
    assert "--write is of all plugins: leave --plugin out" in err
    assert calls(machine) == []


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


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_that_is_another_one_is_refused(machine, name):
    run("--install", "--write")
    (machine / "home" / "plugins" / binary(name)).write_text("from a cache that somebody else filled")

    code, out, err = run("--install", "--plugin", name)

    assert (code, out, err.split()[0]) == (1, "", binary(name))


def test_a_platform_without_digests_says_how_they_are_written(machine):
    with pytest.raises(CouldNotRunError, match=rf"^\.github/tools\.json has no digests for {this_platform()}; install"):
        run("--install")

    assert calls(machine) == []


@pytest.mark.parametrize("plugin", [AWS, GITHUB])
def test_a_plugin_that_is_missing_is_one_line(machine, plugin):
    run("--install", "--write")
    (machine / "home" / "plugins" / plugin).rename(machine / "elsewhere")

    with pytest.raises(CouldNotRunError, match=rf"^the plugin {plugin} is not installed; give --install$"):
        run()


def test_a_plugin_that_cannot_be_had_is_one_line(machine, monkeypatch):
    monkeypatch.setenv("BROKEN", "1")

    with pytest.raises(CouldNotRunError, match=r"^the plugin aws can't be installed: error: no network$"):
        run("--install", "--write")

    assert json.loads((machine / "project" / TOOLS).read_text())["platforms"].keys() == {"plan9-mips"}


def test_a_machine_without_the_cli_is_one_line(machine, monkeypatch):
    monkeypatch.setenv("PATH", str(machine / "home"))

    with pytest.raises(CouldNotRunError, match=r"^pulumi is not on PATH; install the Pulumi CLI"):
        run()


def test_without_a_home_of_its_own_the_plugins_are_in_the_users(machine, monkeypatch):
    monkeypatch.delenv("PULUMI_HOME")
    monkeypatch.setenv("HOME", str(machine / "somebody"))
    for plugin in (AWS, GITHUB):
        (machine / "somebody" / ".pulumi" / "plugins" / plugin).mkdir(parents=True)

    assert run("--write")[0] == 0


def test_every_provider_of_the_locked_sdks_has_its_plugin_compared():
    locked = re.findall(r"^pulumi-(\w+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert sorted(set(locked) - {"policy"}) == sorted(PLUGINS)


def test_the_repositorys_file_is_one():
    assert all(len(digest) == 64 for digests in read_pinned(ROOT / TOOLS).values() for digest in digests.values())
