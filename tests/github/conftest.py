import pytest

from tests.github.clients import client_of
from tests.github.server import LocalGitHub


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
