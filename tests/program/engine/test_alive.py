"""A process is alive while it runs: not once it has ended, and a thread is none."""

import os
import subprocess
import sys
import threading

import psutil
import pytest

from program.engine.pulumi_cli.alive import runs, session
from tests.program.engine.test_locks import NOBODY


@pytest.fixture
def process():
    """Give a process that runs until it is told otherwise, in a session of its own."""
    program = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(program, start_new_session=True) as process:
        yield process
        process.kill()


def test_a_process_that_runs_is_alive(process):
    assert runs(process.pid)
    assert not runs(NOBODY)


def test_a_process_that_has_ended_is_not_alive_though_nobody_has_waited_for_it(process):
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert not runs(process.pid)


def test_a_thread_is_no_process():
    started, done = threading.Event(), threading.Event()

    def wait():
        started.set()
        done.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    started.wait()
    try:
        assert not runs(thread.native_id)
    finally:
        done.set()
        thread.join()


def test_no_number_of_a_process_is_one_of_nobody():
    assert not any(runs(pid) for pid in (0, -1, -7, 1 << 31, 99999999999))


@pytest.mark.parametrize(("where", "name"), [(os, "kill"), (psutil.Process, "status")], ids=["signal", "look"])
def test_a_process_that_somebody_else_has_is_taken_to_run(monkeypatch, where, name):
    def refuse(*_):
        raise PermissionError if where is os else psutil.AccessDenied

    monkeypatch.setattr(where, name, refuse)
    # As a system says that hides the processes of others.
    monkeypatch.setattr(psutil, "pid_exists", lambda _: where is not os)

    assert runs(os.getpid())


def test_a_session_is_its_leader_and_what_that_started(process):
    assert session(process.pid) == [process.pid]
    assert os.getpid() in session(os.getsid(0))
