"""What a check costs beside real previews of the same stacks, and a preview with the SDK loaded whole or as used."""

import time

import pytest

from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.benchmarks.test_benchmarks import row
from tests.engine.harness import STACK, make_engine, needs_pulumi, needs_the_double
from tests.program.cli.running import change

pytestmark = [pytest.mark.benchmark, *needs_pulumi, needs_the_double]


def timed(task) -> float:
    began = time.perf_counter()
    task()
    return time.perf_counter() - began


def test_real_previews(tmp_path):
    engine = make_engine(tmp_path)
    engine.make_networks()

    def preview(stack: str) -> float:
        with engine.provider(stack):
            return timed(lambda: engine.must("preview", "--stack", stack, "--policy-pack", "policies"))

    stacks = stack_names(ROOT, SERVICE)
    for stack in stacks:
        engine.must("stack", "init", stack)
    previews = sum(map(preview, stacks))
    same = timed(lambda: engine.parity("check", *(argument for stack in stacks for argument in ("--stack", stack))))
    check = timed(lambda: engine.parity("check"))
    as_used = preview(STACK)
    change(engine.project, "program/__main__.py", "lazy_services.install()\n", "")
    whole = preview(STACK)

    row(f"{len(stacks)} real previews : check of these", f"{previews / same:.1f} ({previews:.0f} s)", "more than 3")
    row(f"{len(stacks)} real previews : check of all stacks", f"{previews / check:.1f}", "more than 3")
    row("preview, services loaded as used : whole", f"{as_used / whole:.2f} ({as_used:.1f} s)", "less than 1")
    assert whole > 0
