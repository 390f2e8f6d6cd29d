"""The fixtures of the tests that have no engine."""

import pytest

from policies.limits import load_limits
from program.engine.pulumi_cli.workspace import workspace
from tests.program.engine.commands import Commands, leave_no_account, small_project
from tests.program.engine.standin import STACK, StandIn, recorded_check


@pytest.fixture
def limits():
    return load_limits()


@pytest.fixture
def declared():
    return recorded_check()


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path / "project")


@pytest.fixture
def pulumi(tmp_path, monkeypatch):
    stand_in = StandIn(tmp_path / "bin")
    leave_no_account(monkeypatch, stand_in)
    return stand_in


@pytest.fixture
def said():
    """Return the list of what is said on stderr."""
    return []


@pytest.fixture
def place(project, pulumi, said):  # noqa: ARG001  # the stand-in is on PATH
    with workspace(STACK, config_file=None, say=said.append, root=project) as made:
        yield made


@pytest.fixture
def commands(monkeypatch, capsys, tmp_path):
    return Commands(monkeypatch, capsys, tmp_path)
