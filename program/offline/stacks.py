"""The stacks that are asked for: each read, with its settings or why it has none, and given to a worker of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from policies.limits import Limits
from program.errors import Problem, SettingsError
from program.network.settings import Settings as NetworkSettings
from program.network.validation import overlaps
from program.offline.ground import Ground, ground
from program.offline.projects import KINDS
from program.offline.result import Finding
from program.offline.workers import in_workers
from program.project.definition import FOUNDATION, ROOT
from program.project.reading import read_settings
from program.project.settings import ProjectSettings
from program.project.stack_names import reserved_suffix
from program.project.stackfile import StackFile, read_stack_file

SETTINGS_RULE = "stack-settings"
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack: its file, and either settings that may be deployed or the reasons against it."""

    file: StackFile
    settings: ProjectSettings | None
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """Return what the stack is called: `dev`, or `network/dev` of another project than the service."""
        return self.file.name

    @property
    def takes_longest(self) -> bool:
        """Tell whether it has what all others need: a role and a boundary for each of them."""
        return self.file.project == FOUNDATION


def for_each_stack(
    task: Callable[[Stack], _Result],
    stacks: Sequence[Stack],
    *,
    jobs: int,
    done: Callable[[str], None],
    before: Callable[[Stack], None] = lambda _: None,
) -> list[_Result]:
    """Return the task's result for each stack, in their order; `done` is called with each one's name as it ends.

    Each has a process of its own, as Pulumi's runtime is there once in each; `before` is called here just before.
    """
    return in_workers(
        task,
        stacks,
        jobs=jobs,
        name=lambda stack: stack.name,
        done=done,
        before=before,
        longest=lambda stack: stack.takes_longest,
    )


def read_stacks(names: Sequence[str], limits: Limits, root: Path = ROOT) -> list[Stack]:
    """Read the stacks, and judge them side by side.

    Two that claim the same environment and suffix both get a finding, so do two networks with the same addresses, one
    that has a review stack's suffix, and one whose network or foundation isn't there or is another place's.
    """
    files = [read_stack_file(name, root) for name in names]
    below = ground(limits, root, files)
    stacks = [_on_ground(_no_review_stack(read_stack(file, limits)), below) for file in files]
    claims: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for stack in stacks:
        if (settings := stack.settings) is not None:
            claims[settings.project.label, settings.environment, settings.environment_suffix].append(stack.name)
    apart = dict(_overlapping(stacks))
    return [_with(_with_claims(stack, claims.values()), apart.get(stack.name, ())) for stack in stacks]


def read_template(file: StackFile, limits: Limits, root: Path = ROOT, read: Sequence[StackFile] = ()) -> Stack:
    """Return what review stacks are made from: like a stack, but that its suffix is theirs.

    The files that are `read` already are not read again for what it stands on.
    """
    return _on_ground(read_stack(file, limits), ground(limits, root, read))


def read_stack(file: StackFile, limits: Limits) -> Stack:
    """Return the stack that the file describes."""
    kind = KINDS[file.project]
    try:
        settings: ProjectSettings = read_settings(file, kind.settings, kind.validate, limits)
    except SettingsError as error:
        return Stack(file=file, settings=None, findings=settings_findings(file, error.problems))
    return Stack(file=file, settings=settings, findings=())


def _no_review_stack(stack: Stack) -> Stack:
    """Refuse a suffix that the role of review stacks acts on: whoever may push a branch would change the stack."""
    key = stack.file.project.full_key("environmentSuffix")
    why = reserved_suffix(key, stack.file.config.get(key, ""))
    if stack.settings is None or why is None:
        return stack
    return _with(stack, [Problem(key, why)])


def _on_ground(stack: Stack, below: Ground) -> Stack:
    return stack if stack.settings is None else _with(stack, list(below.lacking(stack.settings)))


def _with_claims(stack: Stack, claims: Iterable[Sequence[str]]) -> Stack:
    others = [name for claim in claims if stack.name in claim for name in claim if name != stack.name]
    if stack.settings is None or not others:
        return stack
    names = stack.settings.names
    problem = Problem(
        stack.settings.config_key("environment_suffix"),
        f"environment {names.environment} with suffix {names.suffix} is claimed by {', '.join(others)} too; "
        f"all physical names would be the same, so give each stack a suffix of its own",
    )
    return _with(stack, [problem])


def _overlapping(stacks: Iterable[Stack]) -> Iterator[tuple[str, list[Problem]]]:
    """Yield the networks that share addresses with others, each with what is wrong."""
    networks = {stack.name: stack.settings for stack in stacks if isinstance(stack.settings, NetworkSettings)}
    found: defaultdict[str, list[Problem]] = defaultdict(list)
    for name, message in overlaps(networks):
        found[name].append(Problem(networks[name].config_key("vpc_cidr"), message))
    yield from found.items()


def _with(stack: Stack, problems: Collection[Problem]) -> Stack:
    return replace(stack, findings=(*stack.findings, *settings_findings(stack.file, problems))) if problems else stack


def settings_findings(file: StackFile, problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Return a finding for each thing that is wrong with the settings of the file's stack."""
    return tuple(
        Finding(
            rule=SETTINGS_RULE,
            level="mandatory",
            outcome="failed",
            resource=None,
            message=problem.message,
            source=problem.place,
        )
        for problem in file.located(problems)
    )
