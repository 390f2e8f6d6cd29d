"""Where all tests must run, one that is skipped for want of a program is a failure."""

import os
import subprocess
import sys

import pytest

from program.project.definition import ROOT
from tests.conftest import MUST_RUN

SKIPPED = "tests/engine/test_places.py"


def run_without_programs(tmp_path, **variables):
    """Return how a test that needs `pulumi` ended on a machine that has none."""
    left_out = ("COVERAGE", MUST_RUN)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SKIPPED],
        cwd=ROOT,
        env=environment | {"PATH": str(tmp_path)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        pytest.param({}, 0, "1 skipped", id="skipped elsewhere"),
        pytest.param(
            {MUST_RUN: "1"}, 1, "there is no pulumi on PATH; PARITY_MUST_RUN lets none be skipped", id="in CI"
        ),
    ],
)
def test_a_skipped_test_fails_where_none_may_be_skipped(tmp_path, variables, code, said):
    done = run_without_programs(tmp_path, **variables)

    assert done.returncode == code, done.stdout
    assert said in done.stdout
