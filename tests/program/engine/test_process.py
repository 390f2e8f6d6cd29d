"""The CLI is run with both streams read, a time limit that nothing outlives, and Ctrl-C passed on."""

import os
import signal
import sys
import threading
import time

import pytest

from program.engine.pulumi_cli import process
from program.engine.pulumi_cli.alive import runs
from program.engine.pulumi_cli.process import Pulumi, PulumiInterrupted, Ran
from program.errors import CouldNotRunError
from tests.program.engine.standin import write_executable

ENDS_WELL = """
import signal, sys, time
def end(number, frame):
    print("stopping", flush=True)
    sys.exit(255)
signal.signal(signal.SIGINT, end)
open("ready", "w").close()
time.sleep(30)
"""
IS_DEAF = """
import os, signal, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
child = os.fork()
if child:
    open("child.part", "w").write(str(child))
    os.rename("child.part", "child")
time.sleep(30)
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a Python program as `pulumi`; `lines` of it has what was said on stderr."""

    def run(program, seconds=30, arguments=("preview", "--json")):
        write_executable(tmp_path / "pulumi", f"#!{sys.executable} -SE\n{program}")
        pulumi = Pulumi(folder=tmp_path, environment={"PATH": str(tmp_path), "GIVEN": "1"}, say=run.lines.append)
        return pulumi.run(*arguments, seconds=seconds)

    run.lines = []
    return run


def once_there(file, act):
    """Act in another thread as soon as the file is there."""

    def wait():
        while not file.exists():
            time.sleep(0.02)
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def gone(pid):
    ends = time.monotonic() + 5
    while runs(pid) and time.monotonic() < ends:
        time.sleep(0.02)
    return not runs(pid)


def signals(*numbers, pause=0.2):
    def send():
        for number in numbers:
            os.kill(os.getpid(), number)
            time.sleep(pause)

    return send


def test_both_streams_and_the_exit_code_are_returned_and_stderr_is_said_line_by_line(run):
    ran = run("import sys; print('out'); print('one\\n\\ntwo  ', file=sys.stderr); sys.exit(7)")

    assert ran == Ran(7, "out\n", "one\n\ntwo  \n")
    assert run.lines == ["one", "two"]


def test_the_cli_is_never_asked_and_never_colours(run):
    ran = run("import os, sys; print(sys.argv[1:], sys.stdin.read(), os.environ['GIVEN'], os.getcwd())")

    assert "['preview', '--json', '--non-interactive', '--color', 'never']  1 " in ran.stdout


def test_more_output_than_a_pipe_holds_blocks_nothing(run):
    ran = run("import sys; sys.stdout.write('o' * 300_000); sys.stderr.write('e' * 300_000 + '\\n')")

    assert (len(ran.stdout), len(ran.stderr)) == (300_000, 300_001)


def test_output_that_is_no_text_is_no_reason_to_stop(run):
    assert run("import sys; sys.stdout.buffer.write(b'a\\xffb')").stdout == "a\ufffdb"


def test_no_cli_is_one_line_with_what_to_install(tmp_path):
    pulumi = Pulumi(folder=tmp_path, environment={"PATH": str(tmp_path)}, say=print)

    with pytest.raises(CouldNotRunError, match=r"^pulumi is not on PATH; install the Pulumi CLI"):
        pulumi.run("version", seconds=1)


def test_after_its_time_the_cli_is_killed_with_a_child_that_is_deaf(run, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    started = time.monotonic()

    with pytest.raises(CouldNotRunError, match=r"^pulumi preview did not end within 1 seconds and was stopped; if it"):
        run(IS_DEAF, seconds=1)

    assert time.monotonic() - started < 10
    assert gone(int((tmp_path / "child").read_text()))


def test_after_its_time_the_cli_may_end_by_itself(run, tmp_path):
    ended = "open('ended', 'w').close(); sys.exit(255)"

    with pytest.raises(CouldNotRunError, match="was stopped"):
        run(ENDS_WELL.replace("sys.exit(255)", ended), seconds=1)

    assert (tmp_path / "ended").exists()


def test_a_plugin_in_a_group_of_its_own_does_not_outlive_the_cli(run, tmp_path):
    own_group = IS_DEAF.replace("child = os.fork()", "child = os.fork()\nif not child: os.setpgid(0, 0)")

    assert run(own_group.replace("time.sleep(30)", "time.sleep(0.5 if child else 30)")).code == 0
    assert gone(int((tmp_path / "child").read_text()))


def test_a_listener_that_is_gone_keeps_nobody_waiting(tmp_path):
    def gone_away(_):
        raise BrokenPipeError

    write_executable(tmp_path / "pulumi", f"#!{sys.executable} -SE\nimport sys; print('e', file=sys.stderr)")

    ran = Pulumi(folder=tmp_path, environment={"PATH": str(tmp_path)}, say=gone_away).run("version", seconds=30)

    assert (ran.code, ran.stderr) == (0, "e\n")


def test_a_signal_that_comes_before_the_cli_is_there_is_passed_on_too(run, tmp_path, monkeypatch):
    start = process.subprocess.Popen

    def interrupted_start(*arguments, **options):
        os.kill(os.getpid(), signal.SIGINT)
        started = start(*arguments, **options)
        while not (tmp_path / "ready").exists():
            time.sleep(0.02)
        return started

    monkeypatch.setattr(process.subprocess, "Popen", interrupted_start)

    with pytest.raises(PulumiInterrupted):
        run(ENDS_WELL)


def test_a_child_that_the_cli_leaves_behind_does_not_outlive_it(run, tmp_path):
    program = f"{IS_DEAF.replace('time.sleep(30)', 'time.sleep(0 if child else 30)')}"

    assert run(program).code == 0
    assert gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on_so_that_the_cli_ends_by_itself(run, tmp_path, number):
    thread = once_there(tmp_path / "ready", signals(number))

    with pytest.raises(PulumiInterrupted) as interrupted:
        run(ENDS_WELL)

    assert not interrupted.value.killed
    thread.join()


def test_the_second_signal_kills(run, tmp_path):
    thread = once_there(tmp_path / "child", signals(signal.SIGINT, signal.SIGINT))

    with pytest.raises(PulumiInterrupted) as interrupted:
        run(IS_DEAF)

    assert interrupted.value.killed
    assert gone(int((tmp_path / "child").read_text()))
    thread.join()


def test_a_cli_that_does_not_end_after_the_first_signal_is_killed_when_its_time_is_over(run, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    thread = once_there(tmp_path / "child", signals(signal.SIGTERM))

    with pytest.raises(PulumiInterrupted) as interrupted:
        run(IS_DEAF)

    assert interrupted.value.killed
    thread.join()


def test_signals_are_ours_again_afterwards(run):
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]

    run("")

    assert [signal.getsignal(number) for number in numbers] == before
