"""Run the program for one stack in a process of its own: all that it registers, as data."""

from __future__ import annotations

from policies.limits import Limits
from program.errors import Problem
from program.offline.judgement import judge_stack, stack_cloud
from program.offline.packs import PackHost
from program.offline.projects import KINDS
from program.offline.recording import ProgramError, record
from program.offline.recordings import StackRecording
from program.offline.registered_types import lacking
from program.offline.result import StackResult
from program.offline.stacks import Stack


def examine(stack: Stack, limits: Limits, *, packs: PackHost | None) -> StackResult:
    """Record the stack and judge it; without `packs` the policies are left out."""
    return judge_stack(stack, record_stack(stack, limits), limits, packs=packs)


def record_stack(stack: Stack, limits: Limits) -> StackRecording:
    """Return what the stack registers; nothing without settings, or where its program stops or a type lacks a part."""
    if stack.settings is None:
        # Another guard may take them: it must hear of them all the same.
        refused = tuple(Problem(None, finding.message, finding.source or "") for finding in stack.findings)
        told = "; ".join(problem.text for problem in refused)
        return StackRecording(stack=stack.name, problem=f"settings of stack {stack.name}: {told}", refused=refused)
    file = stack.file
    cloud = stack_cloud(stack.file, stack.settings, limits)
    try:
        recording = record(
            KINDS[file.project].deploy, project=file.project, stack=file.stack, config=file.config, cloud=cloud
        )
    except ProgramError as error:
        return StackRecording(stack=stack.name, problem=str(error), source=error.source, refused=error.refused)
    for registration in recording.registrations:
        if (missing := lacking(registration.type, file.project)) is not None:
            return StackRecording(stack=stack.name, problem=missing, source=registration.source)
    return StackRecording(
        stack=stack.name,
        registrations=recording.registrations,
        outputs=recording.outputs,
        networking=recording.networking,
        references=recording.references,
    )
