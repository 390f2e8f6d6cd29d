"""Find out what became of each operation that was cut off, and make the state that says so: nothing is written yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from program.engine.presence import refuse_another_cloud
from program.engine.pulumi_cli.checkpoint import Checkpoint, Operation
from program.engine.recovery.candidates import CREATING, Candidate, candidates_of, inputs_of, is_of_the_cloud, type_of
from program.engine.recovery.identities import MADE_AGAIN, QUESTIONS
from program.engine.recovery.record import Fate
from program.engine.recovery.scratch import Scratch
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject
from program.manifest.normalise import own_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The fates, sorted by URN, and the deployment that `pulumi stack import` takes."""

    fates: tuple[Fate, ...]
    deployment: str


def recovery_of(checkpoint: Checkpoint, stack: str, scratch: Scratch) -> Recovery:
    """Ask the cloud, in the scratch stack, for what the stack has and for what could have been made.

    Raises CouldNotRunError when it can't be asked, when it is another one, and when two resources could be the same.
    """
    candidates = candidates_of(checkpoint, scratch)
    trial: dict[str, Any] = json.loads(checkpoint.text)
    trial["deployment"]["pending_operations"] = []
    trial["deployment"].setdefault("resources", []).extend(candidate.resource for candidate in candidates)
    there = {state.urn for state in checkpoint.states if state.of_the_cloud}
    after = scratch.refreshed(trial, tuple(sorted(there | {candidate.urn for candidate in candidates})))
    live: dict[str, Any] = json.loads(after.text)
    resources: list[JsonObject] = live["deployment"]["resources"]
    found = {str(item["urn"]): item for item in resources if not item.get("delete")}
    refuse_another_cloud(checkpoint, there - set(found), stack)
    adopted = dict(_adopted(checkpoint.operations, candidates, found))
    kept = [item for item in resources if str(item["urn"]) not in {candidate.urn for candidate in candidates}]
    live["deployment"]["resources"] = list(_with(kept, adopted))
    fates = (_fate(operation, adopted, found, candidates) for operation in checkpoint.operations)
    return Recovery(fates=tuple(sorted(fates, key=lambda fate: fate.urn)), deployment=json.dumps(live))


def _adopted(
    operations: Iterable[Operation], candidates: Sequence[Candidate], found: Mapping[str, JsonObject]
) -> Iterator[tuple[str, JsonObject]]:
    """Yield what was made, by URN, as the update would have left it."""
    for operation in operations:
        those = [item for item in candidates if item.operation is operation and _is_it(item, found.get(item.urn))]
        if len(those) > 1:
            ids = ", ".join(item.id for item in those)
            raise CouldNotRunError(
                f"{operation.urn} could be each of {ids}; delete in AWS what nothing uses, then recover again"
            )
        for item in those:
            yield operation.urn, _as_made(operation, found[item.urn])


def _is_it(candidate: Candidate, live: JsonObject | None) -> bool:
    """Tell whether what is live is of this stack, and what the operation was to make."""
    if live is None:
        return False
    given, has = inputs_of(candidate.operation), _read(live)
    question = QUESTIONS.get(type_of(candidate.operation))
    same = all(given.get(key) == has.get(key) for key in (question.same if question else ()) if key in given)
    return same and _tags(given) == _tags(has)


def _read(live: JsonObject) -> JsonObject:
    sides = [live.get(side) for side in ("inputs", "outputs")]
    return {key: value for side in sides if isinstance(side, dict) for key, value in side.items()}


def _tags(properties: JsonObject) -> JsonObject:
    tags = properties.get("tags")
    return dict(own_items(tags)) if isinstance(tags, dict) else {}


def _as_made(operation: Operation, live: JsonObject) -> JsonObject:
    # What AWS never tells (whether a final snapshot is skipped) is what it was made with.
    given, outputs = inputs_of(operation), live.get("outputs")
    assert isinstance(outputs, dict)
    told = {key: value for key, value in own_items(given) if key not in outputs}
    return {**live, "urn": operation.urn, "inputs": given, "outputs": {**told, **outputs}}


def _with(resources: Iterable[JsonObject], adopted: Mapping[str, JsonObject]) -> Iterator[JsonObject]:
    """Yield the resources with those that were adopted, each in the place of the one that it was to replace."""
    left = dict(adopted)
    old: list[JsonObject] = []
    for resource in resources:
        replacement = left.pop(str(resource["urn"]), None) if not resource.get("delete") else None
        yield resource if replacement is None else replacement
        if replacement is not None and not resource.get("pendingReplacement"):
            # It was to be deleted once the new one was there; the next update does that.
            old.append({**resource, "delete": True})
    yield from (*left.values(), *old)


def _fate(
    operation: Operation,
    adopted: Mapping[str, JsonObject],
    found: Mapping[str, JsonObject],
    candidates: Iterable[Candidate],
) -> Fate:
    urn, type_ = operation.urn, type_of(operation)
    facts: dict[str, Any] = {"operation": operation.word, "urn": urn, "type": type_}
    asked = operation.word in (CREATING, "updating", "deleting") and is_of_the_cloud(operation)
    # The old one of a replacement is deleted by the next update in any case.
    if not asked or operation.resource.get("delete"):
        return Fate(**facts, action="clear", why="nothing of it is unknown")
    if operation.word == CREATING:
        if urn in adopted:
            return Fate(**facts, action="adopt", id=str(adopted[urn]["id"]), why="it was made, and is there")
        others = sorted(item.id for item in candidates if item.operation is operation and item.urn in found)
        if others:
            return Fate(**facts, action="clear", why=f"{', '.join(others)} is there, and is not of this stack")
        return Fate(**facts, action="clear", why=MADE_AGAIN.get(type_, "it was not made"))
    if urn in found:
        return Fate(**facts, action="refresh", id=str(found[urn].get("id")), why="it is there; the state says how")
    return Fate(**facts, action="forget", why="it is gone")
