import pytest

from tests.program.github.clients import client_of
from tests.program.github.server import LocalGitHub


@pytest.fixture
def github(monkeypatch):
    # A proxy knows nothing of this machine's own address.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with LocalGitHub() as server:
        yield server


@pytest.fixture
def client(github):
    with client_of(github) as opened:
        yield opened
