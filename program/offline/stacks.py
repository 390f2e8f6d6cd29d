"""Read every stack that is asked for: its settings, or the findings that say why it has none."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.deployers import REVIEW_SUFFIX
from policies.limits import Limits
from program.errors import Problem, SettingsError
from program.offline.result import Finding
from program.offline.stackfile import ROOT, StackFile, read_stack_file
from program.service.settings import Settings, config_key, parse_settings
from program.service.validation import validate

SETTINGS_RULE = "stack-settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack: its file, and either settings that may be deployed or the reasons against it."""

    file: StackFile
    settings: Settings | None
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """Return the stack's name."""
        return self.file.stack


def read_stacks(names: Sequence[str], limits: Limits, root: Path = ROOT) -> list[Stack]:
    """Read the stacks; two that claim the same environment and suffix both get a finding, and so does a review's."""
    stacks = [_no_review_stack(read_stack(read_stack_file(name, root), limits)) for name in names]
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    for stack in stacks:
        if stack.settings is not None:
            claims[stack.settings.environment, stack.settings.environment_suffix].append(stack.name)
    return [_with_claims(stack, claims.values()) for stack in stacks]


def read_stack(file: StackFile, limits: Limits) -> Stack:
    """Return the stack that the file describes."""
    if file.problems:
        return Stack(file=file, settings=None, findings=_findings(file, file.problems))
    try:
        settings = parse_settings(file.config, os.environ)
        validate(settings, limits)
    except SettingsError as error:
        return Stack(file=file, settings=None, findings=_findings(file, error.problems))
    return Stack(file=file, settings=settings, findings=())


def _no_review_stack(stack: Stack) -> Stack:
    """Refuse a suffix that the role of review stacks acts on: whoever may push a branch would change the stack."""
    key = config_key("environment_suffix")
    suffix = stack.file.config.get(key, "")
    if stack.settings is None or not suffix.startswith(REVIEW_SUFFIX):
        return stack
    problem = Problem(
        key,
        f"{key} is {suffix}; suffixes that begin with {REVIEW_SUFFIX} are review stacks', whose role may change them: "
        f"choose another",
    )
    return Stack(file=stack.file, settings=stack.settings, findings=_findings(stack.file, [problem]))


def _with_claims(stack: Stack, claims: Iterable[Sequence[str]]) -> Stack:
    others = [name for claim in claims if stack.name in claim for name in claim if name != stack.name]
    if stack.settings is None or not others:
        return stack
    names = stack.settings.names
    problem = Problem(
        config_key("environment_suffix"),
        f"environment {names.environment} with suffix {names.suffix} is claimed by {', '.join(others)} too; "
        f"all physical names would be the same, so give each stack a suffix of its own",
    )
    return Stack(
        file=stack.file, settings=stack.settings, findings=(*stack.findings, *_findings(stack.file, [problem]))
    )


def _findings(file: StackFile, problems: Iterable[Problem]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=SETTINGS_RULE,
            level="mandatory",
            outcome="failed",
            resource=None,
            message=problem.message,
            source=file.source(problem.key),
        )
        for problem in problems
    )
