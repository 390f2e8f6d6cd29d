"""The fixtures of the engine's tests."""

import pytest

from tests.engine.harness import make_engine


@pytest.fixture
def engine(tmp_path):
    """Return a copy of the project, an empty backend and the CLI to run in them."""
    return make_engine(tmp_path)
