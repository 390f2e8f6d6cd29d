"""Judge a change by its base: this code is the base's, and what it judges are the head's recordings and files.

The head's resources are judged twice, by the base's code with the base's limits and with the head's. What fails under
the first alone is explained by a change of the limits; what fails under both blocks.
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from policies.limits import Limits
from program.manifest.canonical import JsonObject
from program.offline.guard.changes import guard_changes
from program.offline.guard.declared import declared_changes
from program.offline.guard.explaining import explained
from program.offline.guard.known_changes import KNOWN_FOLDER
from program.offline.guard.limit_changes import LIMITS
from program.offline.guard.result import Guarded
from program.offline.guard.reviewed import read_reviewed
from program.offline.guard.tree import Tree
from program.offline.judged_stacks import judge_all
from program.offline.packs import PACK_FOLDER, PackHost, pack_host
from program.offline.projects import KINDS
from program.offline.recordings import StackRecording
from program.offline.result import CheckResult
from program.offline.stacks import Stack, read_stack, read_stacks
from program.offline.workers import beside
from program.project.definition import PROJECTS, ROOT, STACKS
from program.project.stackfile import stack_names

# All of the head that is read, as data.
_PROJECT_FILES = tuple(project.file for project in PROJECTS)
_DATA = (*_PROJECT_FILES, f"{STACKS}/", "policies/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The base's guard: its limits, its packs, and how many stacks it judges at once.

    `note` says where it is not the base's.
    """

    limits: Limits
    packs: PackHost
    jobs: int
    today: datetime.date
    note: str | None = None
    done: Callable[[str], None]

    def judge(self, recordings: Sequence[StackRecording], base: Tree, head: Tree) -> CheckResult:
        """Return what the base's guard says of the head, with what the head does to the guard."""
        changes = guard_changes(base, head)
        with (
            tempfile.TemporaryDirectory(prefix="head-") as name,
            beside(partial(_base_manifests, self.limits), self.jobs, name="the base") as base_manifests,
        ):
            folder = Path(name)
            head.extract(folder, *_DATA)
            reviewed = read_reviewed(folder, self.today)
            strict = self._result(recordings, folder, self.limits, self.packs, self.done)
            lenient = strict
            if reviewed.limits is not None and _data_changed(base, head):
                with pack_with_data(folder) as root, pack_host(root=root) as packs:
                    lenient = self._result(recordings, folder, reviewed.limits, packs, lambda _: None)
            declared = reviewed.limits.differences if reviewed.limits is not None else []
            told, result = explained(strict, lenient, changes, declared)
            guarded = Guarded(
                base=base.name,
                changes=told,
                declared=declared_changes(base_manifests(), {stack.stack: stack.manifest for stack in lenient.stacks}),
                problems=reviewed.problems,
                note=self.note,
            )
            return replace(result, guarded=guarded)

    def _result(
        self,
        recordings: Sequence[StackRecording],
        folder: Path,
        limits: Limits,
        packs: PackHost,
        done: Callable[[str], None],
    ) -> CheckResult:
        new_settings = frozenset() if limits is self.limits else frozenset(_new_settings(folder))
        stacks = [_readable(stack, new_settings, limits) for stack in read_stacks(stack_names(folder), limits, folder)]
        return judge_all(recordings, stacks, limits, jobs=self.jobs, done=done, packs=packs)


def _base_manifests(limits: Limits, jobs: int) -> dict[str, JsonObject | None]:
    """Run the base's own program, in a process that judges nothing."""
    # Imported here: the process that judges never has the program.
    from program.offline.check import own_manifests

    return own_manifests(stack_names(ROOT), limits, jobs=jobs)


def _data_changed(base: Tree, head: Tree) -> bool:
    """Tell whether the head has other data than the base for the same rules, or other settings."""
    names = {LIMITS, *_PROJECT_FILES, *base.names(KNOWN_FOLDER), *head.names(KNOWN_FOLDER)}
    return any(base.digest(name) != head.digest(name) for name in names if not name.endswith(".py"))


@contextmanager
def pack_with_data(folder: Path) -> Iterator[Path]:
    """Give a folder with a copy of this pack's code and the head's data beside it: of the head, no code runs."""
    with tempfile.TemporaryDirectory(prefix="pack-") as name:
        copy = Path(name) / PACK_FOLDER
        shutil.copytree(ROOT / PACK_FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
        # What the head has removed is gone.
        for file in (Path(name) / KNOWN_FOLDER).rglob("*.yaml"):
            file.unlink()
        for file in (folder / LIMITS, *(folder / KNOWN_FOLDER).rglob("*.yaml")):
            target = Path(name) / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        yield Path(name)


def _new_settings(folder: Path) -> Iterator[str]:
    """Yield the config keys that the head declares and this code doesn't know."""
    for project, kind in KINDS.items():
        if (folder / project.file).exists():
            yield from set(project.declared_keys(folder)) - set(kind.settings.known_keys())


def _readable(stack: Stack, new_settings: frozenset[str], limits: Limits) -> Stack:
    """Return the stack without the settings that the head declares and this code doesn't know yet."""
    unknown = new_settings & set(stack.file.config)
    if not unknown:
        return stack
    config = {key: value for key, value in stack.file.config.items() if key not in unknown}
    return read_stack(replace(stack.file, config=config), limits)
