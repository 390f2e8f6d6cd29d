"""What all tests share: property tests try the same everywhere; where all must run, none is skipped."""

import os
from collections import Counter
from itertools import chain
from pathlib import Path, PurePosixPath

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

settings.register_profile(
    "parity",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
settings.load_profile("parity")

MUST_RUN = "PARITY_MUST_RUN"
# Once the example is kept there, the product's tests run on it, in a copy: tests/suite.py.
_HERE = Path(__file__).parent
collect_ignore = [path.name for path in _HERE.iterdir() if path.name != "own"] if (_HERE / "example").is_dir() else []

# They are skipped where `pulumi` or `act` is missing.
_MARKS = ("act", "engine")


@pytest.fixture
def unmeasured():
    """Run a test without coverage: of one with many thousand inputs, it takes half the time."""
    if (measure := Coverage.current()) is None:
        yield
        return
    measure.stop()
    yield
    measure.start()


def pytest_report_header():
    """Say why the product's tests aren't found where they stand."""
    return "The product's tests run on the example, in a copy: make test." if collect_ignore else None


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


def pytest_terminal_summary(terminalreporter):
    """Say where the time went, by folder, where all must run."""
    if not os.environ.get(MUST_RUN):
        return
    seconds = Counter()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            folder = PurePosixPath(report.nodeid.partition("::")[0]).parent
            seconds["/".join(folder.parts[:3])] += report.duration
    terminalreporter.section("seconds by folder")
    for folder, spent in seconds.most_common():
        terminalreporter.write_line(f"{spent:7.0f}  {folder}")
