"""What every test of the program starts from: no suffix in the environment, and no runtime left by another test."""

import pulumi.runtime.config
import pytest
from pulumi.runtime.settings import reset_options

from program.project.settings import SUFFIX_VARIABLE


@pytest.fixture(autouse=True)
def a_fresh_runtime(monkeypatch):
    """Pulumi's runtime is global to the process: a test leaves none of it to the next."""
    monkeypatch.delenv(SUFFIX_VARIABLE, raising=False)
    yield
    reset_options()
    pulumi.runtime.config.set_all_config({}, [])
