"""Take the foundation down: move its state out of the bucket that it would delete, then destroy it from there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from policies.deployers import REVIEW_SUFFIX
from program.engine.bootstrap.moving import move
from program.engine.destroy import Destroyer, unconfirmed
from program.engine.pulumi_cli.checkpoint import Checkpoint, refuse_pending
from program.engine.pulumi_cli.turn import take_turn
from program.engine.pulumi_cli.workspace import Workspace, found_checkpoint, stacks_beside, workspace
from program.engine.records import DestroyRecord, Refusal, record_of
from program.errors import CouldNotRunError
from program.offline.stacks import Stack
from program.project.definition import PROJECTS, stack_file
from program.project.home import STATE_FOLDER
from program.project.stackfile import REVIEW_TEMPLATE, stack_names

# What encrypts the local state's secrets, as bootstrap's does.
_PROVIDER = "passphrase"
_EMBEDDED = ""
_REVIEW = re.compile(rf"{REVIEW_SUFFIX}\d+").fullmatch
# What the program calls the bucket and its key: without both, no state in it can be read any more.
_READABLE_BY = frozenset({"state-bucket", "state-bucket-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingDown:
    """What it needs: the foundation's stack, its bucket's address, and whether that bucket is there still."""

    stack: Stack
    backend: str
    reachable: bool
    wait: float = 0.0
    say: Callable[[str], None]

    def run(self, confirmed: Collection[str]) -> DestroyRecord:
        """Destroy it, wherever an earlier run came to; `confirmed` has its name.

        Raises CouldNotRunError when a state can't be read or moved: nothing was destroyed then.
        """
        with self._place(self.backend) as bucket, self._place(_EMBEDDED) as local:
            there = found_checkpoint(bucket) if self.reachable else None
            found = there if _holds(there) else found_checkpoint(local)
            if found is None:
                return self._gone(local)
            if refused := tuple(self._refusals(found, bucket, confirmed)):
                return self._record(local, outcome="refused", refusals=refused)
            if _holds(there):
                self._move(bucket, local)
            record = Destroyer(stack=self.stack, place=local, wait=self.wait, say=self.say).destroy(confirmed)
        if record.error is None:
            return record
        return record.model_copy(update={"error": f"{record.error}; {self._left}"})

    @property
    def _left(self) -> str:
        return (
            f"the state of what is left lies in {STATE_FOLDER}/, which no other machine has: keep it, and run the same "
            f"command again here"
        )

    def _move(self, bucket: Workspace, local: Workspace) -> None:
        take_turn(bucket, self.say, seconds=self.wait)
        self.say(f"moving the state of {self.stack.name} out of {self.backend} into {STATE_FOLDER}/ ...")
        move(bucket, local, _PROVIDER)

    def _gone(self, local: Workspace) -> DestroyRecord:
        """Return the record of a foundation that is gone; a bucket without its state is no sign of that."""
        if self.reachable:
            raise CouldNotRunError(
                f"the state of {self.stack.name} is neither in {self.backend}, which is there, nor in {STATE_FOLDER}/; "
                f"run this where an earlier run left it, or take it back from the bucket's versions "
                f"(.github/RUNBOOKS.md)"
            )
        self.say(
            f"there is no bucket {self.backend}, and no state of {self.stack.name} in {STATE_FOLDER}/: it is gone, or "
            f"was never made; where a run failed on another machine, go on there"
        )
        return self._record(local, outcome="destroyed")

    def _refusals(self, found: Checkpoint, bucket: Workspace, confirmed: Collection[str]) -> Iterator[Refusal]:
        refuse_pending(found, self.stack.name)
        yield from _protected(self.stack, found)
        if self.reachable and {state.name for state in found.states} >= _READABLE_BY:
            yield from _standing(bucket)
        yield from unconfirmed(self.stack, found, confirmed, bucket.root)

    def _place(self, backend: str) -> AbstractContextManager[Workspace]:
        return workspace(self.stack.name, config_file=None, say=self.say, backend=backend)

    def _record(self, place: Workspace, **fields: object) -> DestroyRecord:
        return record_of(DestroyRecord, self.stack, place.root, **fields)


def _holds(checkpoint: Checkpoint | None) -> bool:
    return checkpoint is not None and checkpoint.deployed


def _protected(stack: Stack, found: Checkpoint) -> Iterator[Refusal]:
    """Yield why it may not go: by its file, or by what is deployed, which `bootstrap` makes what the file says."""
    key = stack.file.project.full_key("dataProtection")
    ephemeral, deploys = f"{key}: ephemeral", f"`./parity bootstrap {stack.name}`"
    kept = sorted(state.name for state in found.states if state.protected)
    if stack.file.config.get(key) == "protected":
        yield Refusal(
            code="protected",
            expected=f"{ephemeral}, by which the states, keys and images may go",
            found=f"protected, {'in' if stack.file.line(key) else 'the default, in'} {stack.file.source(key)}",
            fix=f"write `{ephemeral}` into {stack_file(stack.name)}, then {deploys}, which takes the protection off",
        )
    elif kept:
        yield Refusal(
            code="protected",
            expected=f"nothing that is protected, as {stack_file(stack.name)} says",
            found=f"what was deployed before: {', '.join(kept)}",
            fix=f"{deploys} takes the protection off",
        )


def _standing(bucket: Workspace) -> Iterator[Refusal]:
    """Yield a line for each other stack of the bucket that has resources: its state would go with the bucket."""
    known = stack_names(bucket.root)
    for name, count in _listed(bucket):
        by_hand = f"destroy {name} with the program that made it"
        ours = f"--confirm {name}" if name in known else f"--config-file {REVIEW_TEMPLATE}" if _REVIEW(name) else None
        yield Refusal(
            code="stack-left",
            expected=f"no other stack that has resources in {bucket.backend}",
            found=f"{name}, with {count}",
            fix=f"`./parity destroy {name} {ours}` first" if ours else f"{by_hand} first",
        )


def _listed(bucket: Workspace) -> list[tuple[str, int]]:
    """Return the other stacks that have resources, each as people call it, with the number of them."""
    told = stacks_beside(bucket)
    own = bucket.project.name(bucket.root)
    projects = {project.name(bucket.root): project for project in PROJECTS}
    try:
        listed: list[dict[str, Any]] = json.loads(told)
        counted = [(str(each["name"]), int(each.get("resourceCount") or 0)) for each in listed]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CouldNotRunError(f"`pulumi stack ls --json` printed no list of the stacks in {bucket.backend}") from None
    found = sorted((*_identity(name, own), count) for name, count in counted if count)
    return [
        (projects[project].labelled(stack) if project in projects else f"{project}/{stack}", count)
        for project, stack, count in found
        if (project, stack) != (own, bucket.stack)
    ]


def _identity(name: str, own: str) -> tuple[str, str]:
    """Return project and stack; one of the folder's own project is told by the stack's name alone."""
    _, _, rest = name.partition("/")
    project, _, stack = rest.partition("/")
    return (project, stack) if stack else (own, name)
