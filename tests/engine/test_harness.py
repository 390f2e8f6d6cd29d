"""The harness leaves no process behind, and copies of a deployment don't know of each other."""

import os
import subprocess
import time

import pytest

from tests.engine.harness import make_engine, run


def is_running(process):
    """Tell whether it runs; one that ended and that nobody asked for does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.parametrize(
    ("ending", "raised"),
    [
        pytest.param("wait", subprocess.TimeoutExpired, id="its time is over"),
        pytest.param("exit 3", None, id="it ended by itself"),
    ],
)
def test_nothing_of_a_command_outlives_it(tmp_path, ending, raised):
    # The child ignores what ends a process politely, and holds no pipe of its parent's.
    script = f"trap '' TERM; sleep 60 </dev/null >/dev/null 2>&1 & echo $! > child; {ending}"
    command = ("sh", "-c", script)

    if raised:
        with pytest.raises(raised):
            run(*command, folder=tmp_path, environment=dict(os.environ), seconds=1)
    else:
        assert run(*command, folder=tmp_path, environment=dict(os.environ)).code == 3

    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 5
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(child)


def test_a_copy_has_a_backend_and_a_project_of_its_own(tmp_path):
    (tmp_path / "one").mkdir()
    one = make_engine(tmp_path / "one")
    (one.state / "kept").write_text("")

    copy = one.copied_to(tmp_path / "copy")
    (copy.state / "new").write_text("")

    assert (copy.state / "kept").exists()
    assert not (one.state / "new").exists()
    assert copy.environment["PULUMI_BACKEND_URL"] == f"file://{tmp_path / 'copy' / 'state'}"
    assert copy.environment["PULUMI_HOME"] != one.environment["PULUMI_HOME"]


def test_no_account_of_the_caller_reaches_the_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "mine")

    environment = make_engine(tmp_path).environment

    assert "mine" not in environment.values()
