"""What all tests share: the same inputs of property tests everywhere, and no test skipped where all must run."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "parity",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
settings.load_profile("parity")

MUST_RUN = "PARITY_MUST_RUN"
# They are skipped where `pulumi` or `act` is missing.
_MARKS = ("act", "engine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):  # noqa: ARG001  # pytest's own names
    """Let a test of the engine or of workflows that is skipped fail where all must run, as in CI."""
    report = yield
    marked = any(item.get_closest_marker(mark) for mark in _MARKS)
    if report.skipped and marked and os.environ.get(MUST_RUN):
        *_, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}; {MUST_RUN} lets none be skipped: install it (.ci/run, `make engine`), or unset it"
    return report
