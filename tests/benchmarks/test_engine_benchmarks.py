"""What a check costs beside real previews of the same stacks, as a ratio of one run."""

import time

import pytest

from program.offline.stackfile import stack_names
from tests.engine.harness import make_engine, needs_pulumi, needs_the_double

pytestmark = [pytest.mark.benchmark, *needs_pulumi, needs_the_double]


def test_the_check_of_all_stacks_against_real_previews_of_them(tmp_path):
    engine = make_engine(tmp_path)
    engine.make_networks()
    previews = 0.0
    for stack in stack_names():
        engine.must("stack", "init", stack)
        with engine.provider(stack):
            began = time.perf_counter()
            engine.must("preview", "--stack", stack, "--policy-pack", "policies")
            previews += time.perf_counter() - began

    began = time.perf_counter()
    checked = engine.parity("check")
    check = time.perf_counter() - began

    print(f"\ncheck: {check:.1f} s, {len(stack_names())} real previews: {previews:.1f} s, ratio {previews / check:.1f}")
    assert checked.code == 0, checked.output
