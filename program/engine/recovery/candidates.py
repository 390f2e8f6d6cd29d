"""What could be the resource that an update was making when it was cut off, by its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from program.engine.manifests import deployed_resources, region_and_account
from program.engine.pulumi_cli.checkpoint import Checkpoint, Operation
from program.engine.recovery.identities import IMPORT_IDS, MADE_AGAIN, QUESTIONS, filled
from program.engine.recovery.scratch import Scratch
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.resources import is_compared

CREATING = "creating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One resource that could be it; its URN stands for it in the scratch stack, where no other may have the same."""

    operation: Operation
    id: str
    number: int

    @property
    def urn(self) -> str:
        """Return a URN that no resource of the stack has."""
        return f"{self.operation.urn}-candidate-{self.number}"

    @property
    def resource(self) -> JsonObject:
        """Return it as a state without outputs: the provider then imports it, as it does with `pulumi import`."""
        return {**self.operation.resource, "urn": self.urn, "id": self.id, "outputs": {}}


def type_of(operation: Operation) -> str:
    """Return the type of the operation's resource."""
    return str(operation.resource["type"])


def is_of_the_cloud(operation: Operation) -> bool:
    """Tell whether the cloud knows the resource: neither a component nor what Pulumi makes for itself."""
    return bool(operation.resource.get("custom")) and is_compared(type_of(operation))


def inputs_of(operation: Operation) -> JsonObject:
    """Return what the program gave."""
    inputs = operation.resource.get("inputs")
    return inputs if isinstance(inputs, dict) else {}


def candidates_of(checkpoint: Checkpoint, scratch: Scratch) -> tuple[Candidate, ...]:
    """Return what could be each resource that was being made; raise CouldNotRunError where nobody can tell."""
    creating = [item for item in checkpoint.operations if item.word == CREATING and is_of_the_cloud(item)]
    region, account = region_and_account(deployed_resources(checkpoint))
    place: dict[str, JsonValue] = {"region": region, "account": account}
    found = [
        *((item, (_import_id(item, place),)) for item in creating if type_of(item) in IMPORT_IDS),
        *_listed([item for item in creating if type_of(item) in QUESTIONS], checkpoint, scratch),
    ]
    for operation in creating:
        _refuse_unknown(type_of(operation))
    return tuple(
        Candidate(operation=operation, id=id_, number=number)
        for operation, ids in found
        for number, id_ in enumerate(ids, start=1)
    )


def _import_id(operation: Operation, place: Mapping[str, JsonValue]) -> str:
    return str(_filled(operation, IMPORT_IDS[type_of(operation)], place))


def _listed(
    operations: Sequence[Operation], checkpoint: Checkpoint, scratch: Scratch
) -> list[tuple[Operation, tuple[str, ...]]]:
    """Return what AWS lists for each, without what the state has already."""
    asked = {
        operation.urn: (question, _object(_filled(operation, question.arguments, {})))
        for operation in operations
        for question in (QUESTIONS[type_of(operation)],)
    }
    answers = scratch.answers(asked)
    return [(item, tuple(id_ for id_ in answers[item.urn] if id_ not in _known(checkpoint))) for item in operations]


def _known(checkpoint: Checkpoint) -> set[str]:
    return {state.id for state in checkpoint.states}


def _filled(operation: Operation, template: JsonValue, place: Mapping[str, JsonValue]) -> JsonValue:
    try:
        return filled(template, {**place, **inputs_of(operation)})
    except KeyError as missing:
        raise CouldNotRunError(
            f"{operation.urn} can't be looked for: its {missing} isn't known; look for it in AWS, delete it if it is "
            f"there, then `pulumi refresh --clear-pending-creates`"
        ) from None


def _object(value: JsonValue) -> JsonObject:
    assert isinstance(value, dict)
    return value


def _refuse_unknown(type_: str) -> None:
    known: Iterable[str] = (*IMPORT_IDS, *QUESTIONS, *MADE_AGAIN)
    if type_ not in known:
        raise CouldNotRunError(
            f"how {type_} is found again isn't known; add it to program/engine/recovery/identities.py"
        )
