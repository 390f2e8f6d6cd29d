import pytest

from tests.github.clients import client_of
from tests.github.server import LocalGitHub


@pytest.fixture
def github():
    with LocalGitHub() as server:
        yield server


@pytest.fixture
def client(github):
    with client_of(github) as opened:
        yield opened
