"""Judge stacks by what was recorded of them, and compare them: nothing of the program is imported or run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from policies.limits import Limits
from program.manifest.parity import compare
from program.offline.judgement import judge_recorded
from program.offline.packs import PackHost
from program.offline.preloading import read_tables
from program.offline.promotion import promotion
from program.offline.recordings import StackRecording
from program.offline.result import CheckResult, StackResult
from program.offline.stacks import Stack, for_each_stack
from program.project.stackfile import TEMPLATE_STACK


def judge_all(
    recordings: Sequence[StackRecording],
    stacks: Sequence[Stack],
    limits: Limits,
    *,
    jobs: int,
    done: Callable[[str], None],
    packs: PackHost,
) -> CheckResult:
    """Judge the stacks by their recordings, with the pack of the host."""
    read_tables()
    by_name = {recording.stack: recording for recording in recordings}
    task = partial(judge_recorded, recordings=by_name, limits=limits, packs=packs)
    results: list[StackResult] = for_each_stack(task, stacks, jobs=jobs, done=done)
    return compared(results, limits, complete=True)


def compared(results: Sequence[StackResult], limits: Limits, *, complete: bool) -> CheckResult:
    """Return the stacks with their manifests side by side, in the order of a deployment.

    What review stacks are made from is none of them: it comes last, and is compared with nothing.
    """
    own = sorted(
        (result for result in results if result.stack != TEMPLATE_STACK),
        key=lambda result: promotion(limits.environments, result.environment, result.stack),
    )
    template = [result for result in results if result.stack == TEMPLATE_STACK]
    manifests = {result.stack: result.manifest for result in own if result.manifest is not None}
    all_there = complete and len(manifests) == len(own)
    return CheckResult(stacks=(*own, *template), comparison=compare(manifests, limits, complete=all_there))
