"""A folder of one run goes with it, and what a killed run left goes with the next, whatever its number is by then."""

import errno
import fcntl
import subprocess
import sys

import pytest

from program.engine.pulumi_cli.scratch_folders import clear, scratch_folder
from program.project.definition import ROOT
from tests.program.engine.test_locks import NOBODY

_HOLDS = """
import sys, time
from pathlib import Path
from program.engine.pulumi_cli.scratch_folders import scratch_folder
with scratch_folder("run", Path(sys.argv[1])):
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def run(tmp_path):
    """Give another process that holds a folder."""
    command = [sys.executable, "-c", _HOLDS, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "holds\n"
        yield process
        process.kill()


def test_the_folder_of_a_run_stays_until_that_is_killed(run, tmp_path):
    (folder,) = tmp_path.iterdir()

    clear(tmp_path)
    assert folder.is_dir()
    run.kill()
    run.wait()
    clear(tmp_path)

    assert not folder.exists()


@pytest.mark.usefixtures("run")
def test_a_folder_that_another_container_made_stays_though_nobody_here_has_its_number(tmp_path):
    (folder,) = tmp_path.iterdir()
    folder = folder.rename(tmp_path / f"run-{NOBODY}-abcdefgh")

    clear(tmp_path)

    assert folder.is_dir()


def test_where_nothing_can_be_locked_nothing_of_others_is_removed(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    left = tmp_path / "run-7-abcdefgh"
    left.mkdir()

    with scratch_folder("run", tmp_path) as own:
        clear(tmp_path)
        assert own.is_dir()

    assert [path.name for path in tmp_path.iterdir()] == [left.name]


def test_a_link_and_a_file_of_such_a_name_are_left_alone(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "run-7-link").symlink_to(elsewhere)
    (tmp_path / "run-7-file").touch()

    clear(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "run-7-link", "run-7-file"}
