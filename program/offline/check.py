"""The main job: every stack examined offline, in parallel, and the stacks side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from policies.limits import Limits
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject
from program.offline.examination import examine, record_stack
from program.offline.judged_stacks import compared
from program.offline.packs import PackHost, pack_host
from program.offline.preloading import preload
from program.offline.projects import strays
from program.offline.recordings import StackRecording
from program.offline.result import CheckResult, StackResult
from program.offline.stacks import Stack, for_each_stack, read_stacks, read_template
from program.project.definition import ROOT
from program.project.stackfile import REVIEW_TEMPLATE, TEMPLATE_STACK, StackFile, read_stack_file


def check(
    names: Sequence[str],
    limits: Limits,
    *,
    jobs: int,
    complete: bool,
    packs: PackHost | None,
    done: Callable[[str], None],
    template: bool = False,
    root: Path = ROOT,
) -> CheckResult:
    """Examine the stacks and compare their manifests; `done` is called with each stack's name as it ends.

    `complete` says that these are all the stacks, so that a declared difference can be stale; without `packs` the
    policies are left out, which leaves the manifests and their comparison. With `template`, what review stacks are made
    from is examined too.
    """
    if (differs := next(strays(limits, root), None)) is not None:
        raise CouldNotRunError(differs)
    stacks = read_stacks(names, limits, root)
    if template:
        stacks += _template(limits, root, [stack.file for stack in stacks])
    task = partial(examine, limits=limits, packs=packs)
    results: list[StackResult] = for_each_stack(task, stacks, jobs=jobs, done=done, before=_preload)
    blocking = {stack.name: _blocking(stack, result) for stack, result in zip(stacks, results, strict=True)}
    # The template is none of the stacks: it is shown only for what blocks it and none of them.
    its_own = blocking.pop(TEMPLATE_STACK, set()).difference(*blocking.values())
    shown = [
        replace(result, manifest=None) if result.stack == TEMPLATE_STACK else result
        for result in results
        if result.stack != TEMPLATE_STACK or its_own
    ]
    return compared(shown, limits, complete=complete)


def _blocking(stack: Stack, result: StackResult) -> set[tuple[str, str | None, str]]:
    """Return what blocks the stack, told alike of stacks that differ in their suffix alone."""
    suffix = stack.settings.environment_suffix if stack.settings is not None else TEMPLATE_STACK
    own = re.compile(rf"\b{re.escape(suffix)}\b")
    return {(each.rule, each.source, own.sub("*", each.message)) for each in result.findings if each.blocks}


def _template(limits: Limits, root: Path, read: Sequence[StackFile]) -> list[Stack]:
    """Return the stack that review stacks are made from, under its own suffix, where there is one."""
    file = root / REVIEW_TEMPLATE
    if not file.exists():
        return []
    return [read_template(read_stack_file(TEMPLATE_STACK, root, file), limits, root, read)]


def record_all(
    names: Sequence[str], limits: Limits, *, jobs: int, done: Callable[[str], None], root: Path = ROOT
) -> list[StackRecording]:
    """Run the program for the stacks and return what each registers; nobody is asked for a judgement."""
    stacks = read_stacks(names, limits, root)
    return for_each_stack(partial(record_stack, limits=limits), stacks, jobs=jobs, done=done, before=_preload)


def own_manifests(names: Sequence[str], limits: Limits, *, jobs: int) -> dict[str, JsonObject | None]:
    """Return the manifest of each stack by the program that is here, None where there is none; nobody judges."""
    stacks = read_stacks(names, limits)
    task = partial(_manifest, limits=limits)
    manifests = for_each_stack(task, stacks, jobs=jobs, done=lambda _: None, before=_preload)
    return {stack.name: manifest for stack, manifest in zip(stacks, manifests, strict=True)}


def _manifest(stack: Stack, limits: Limits) -> JsonObject | None:
    return examine(stack, limits, packs=None).manifest


def check_one(stack: Stack, limits: Limits, *, judge: bool = True) -> StackResult:
    """Examine one stack."""
    with pack_host() if judge else nullcontext() as packs:
        task = partial(examine, limits=limits, packs=packs)
        return for_each_stack(task, [stack], jobs=1, done=lambda _: None, before=_preload)[0]


def _preload(stack: Stack) -> None:
    """Load the stack's project when its first stack begins: the stacks of another are under way meanwhile."""
    preload(stack.file.project)
