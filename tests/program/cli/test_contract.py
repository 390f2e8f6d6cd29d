"""The command line is a contract: each exit code of each command, by a process of its own."""

import os
import pty
import re
import subprocess
import sys

import pytest

from program.cli.__main__ import COMMANDS
from tests.program.cli.running import change, copy_of_the_project, run

CLEAN, FOUND, WRONG_USAGE, COULD_NOT_RUN = range(4)
BREAKS = {
    "settings": ("stacks/Pulumi.dev.yaml", "lambdaMemory: 1024", "lambdaMemory: 4096"),
    "limits": ("policies/environments.yaml", "schemaVersion: 1", "schemaVersion: 2"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """Copies of the project, each with one thing that is wrong."""
    copies = {}
    for name, (file, old, new) in BREAKS.items():
        copies[name] = copy_of_the_project(tmp_path_factory.mktemp(name))
        change(copies[name], file, old, new)
    return copies


@pytest.mark.parametrize(
    ("command", "break_", "code"),
    [
        ("check --stack dev --stack prod", None, CLEAN),
        ("check", "settings", FOUND),
        ("check --stack nowhere", None, WRONG_USAGE),
        ("check", "limits", COULD_NOT_RUN),
        ("compare", None, CLEAN),
        ("compare", "settings", FOUND),
        ("compare --format sarif", None, WRONG_USAGE),
        ("compare", "limits", COULD_NOT_RUN),
        ("manifest dev", None, CLEAN),
        ("manifest dev", "settings", FOUND),
        ("manifest", None, WRONG_USAGE),
        ("manifest dev", "limits", COULD_NOT_RUN),
        ("stacks", None, CLEAN),
        ("stacks", "settings", FOUND),
        ("stacks --stack nowhere", None, WRONG_USAGE),
        ("stacks", "limits", COULD_NOT_RUN),
        ("package --bundle no-such-file", None, WRONG_USAGE),
    ],
)
def test_every_command_ends_as_agreed(broken, command, break_, code):
    done = run(*command.split(), **({"root": broken[break_]} if break_ else {}))

    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if code in (WRONG_USAGE, COULD_NOT_RUN):
        assert done.stdout == ""
        assert done.stderr.strip()


@pytest.mark.parametrize("command", sorted(set(COMMANDS) & {"check", "compare", "manifest", "stacks"}))
def test_what_could_not_run_is_one_line_that_names_the_file_and_its_line(broken, command):
    arguments = [command, "dev"] if command == "manifest" else [command]
    (line,) = run(*arguments, root=broken["limits"]).stderr.splitlines()

    assert line.startswith("error: policies/environments.yaml:8: schemaVersion is 2; it should be 1")


def on_a_terminal(*arguments):
    """Run with stderr on a terminal, and return what it shows there."""
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-m", "program.cli", *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, timeout=120, check=True)
        return os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def test_progress_shows_on_a_terminal_and_leaves_its_line_empty():
    shown = on_a_terminal("manifest", "dev")

    assert "checking 1 stack ..." in shown
    assert "checked 1 of 1: dev" in shown
    assert shown.endswith("\r\x1b[K")


def test_no_progress_goes_into_a_log():
    assert run("manifest", "dev").stderr == ""


def test_a_program_that_is_no_python_is_told_by_its_place(tmp_path):
    project = copy_of_the_project(tmp_path)
    change(project, "program/service/components/lambda_.py", "class LambdaComponent", "clazz LambdaComponent")

    done = run("check", root=project)

    assert done.returncode == 3
    assert re.fullmatch(
        r"(checking.*\n)?error: program/service/components/lambda_\.py:\d+: invalid syntax\n", done.stderr
    )
    assert done.stdout == ""
