"""A stack's last deployment as its backend holds it: resources, outputs, and a hash that changes with any of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies import tokens
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject
from program.manifest.resources import is_compared

# What the engine calls an operation that asks the cloud and changes nothing.
_READING = "reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One resource of the deployment; one that is `protected` the engine doesn't delete."""

    urn: str
    type: str
    custom: bool
    id: str
    inputs: JsonObject
    outputs: JsonObject
    protected: bool = False

    @property
    def of_the_cloud(self) -> bool:
        """Tell whether it is a resource of the cloud: neither a component nor what Pulumi makes for itself."""
        return self.custom and is_compared(self.type)

    @property
    def name(self) -> str:
        """Return Pulumi's logical name."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an update was at when it was cut off; `resource` is the state that the operation was to make or to end."""

    word: str
    resource: JsonObject

    @property
    def urn(self) -> str:
        """Return the resource's URN."""
        return str(self.resource["urn"])

    @property
    def shown(self) -> str:
        """Return what was being done to what."""
        return f"{self.word} {self.urn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The whole deployment; `operations` are those that an update left without knowing their end.

    `undeleted` has the URNs of which a replacement left the old resource; the next update deletes it. `keys` is what
    the secrets are encrypted with, as a stack file says it: no key itself, but a salt or an encrypted one.
    """

    states: tuple[State, ...]
    operations: tuple[Operation, ...]
    undeleted: tuple[str, ...]
    keys: Mapping[str, str]
    hash: str
    text: str

    @property
    def outputs(self) -> JsonObject:
        """Return the stack's outputs, none before the first deployment."""
        return next((state.outputs for state in self.states if state.type == tokens.STACK), {})

    @property
    def pending(self) -> tuple[str, ...]:
        """Return the operations of which it matters what became, sorted: one that only read changed nothing."""
        return tuple(sorted(operation.shown for operation in self.operations if operation.word != _READING))

    @property
    def deployed(self) -> bool:
        """Tell whether anything was ever deployed and still is."""
        return any(state.custom for state in self.states)


def parse_checkpoint(text: str, source: str) -> Checkpoint:
    """Read what `pulumi stack export` prints; raise CouldNotRunError, naming the source, for anything else."""
    try:
        deployment: Any = json.loads(text)["deployment"]
        resources: list[Any] = deployment.get("resources") or []
        pending: list[Any] = deployment.get("pending_operations") or []
        # What a replacement has not deleted yet stands beside what took its place, under the same URN.
        states = tuple(_state(resource) for resource in resources if not resource.get("delete"))
        undeleted = tuple(sorted(str(resource["urn"]) for resource in resources if resource.get("delete")))
        keys = _keys(deployment.get("secrets_providers") or {})
        operations = tuple(Operation(word=str(item["type"]), resource=dict(item["resource"])) for item in pending)
        assert all(operation.urn for operation in operations)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CouldNotRunError(
            f"{source} can't be read as a deployment; give what `pulumi stack export` prints"
        ) from None
    return Checkpoint(
        states=states,
        operations=operations,
        undeleted=undeleted,
        keys=keys,
        hash=_hash(resources, pending),
        text=text,
    )


def refuse_pending(checkpoint: Checkpoint, stack: str) -> None:
    """Raise CouldNotRunError while an update has left something of which nobody knows what became."""
    if checkpoint.pending:
        raise CouldNotRunError(
            f"an update of stack {stack} was cut off and left: {', '.join(checkpoint.pending)}. "
            f"`./parity recover {stack}` says what became of each in AWS, and with --yes mends the state"
        )


def _hash(resources: list[Any], pending: list[Any]) -> str:
    # The deployment's manifest is left out: its time changes with every write, also of the same resources.
    held = json.dumps({"resources": resources, "pending": pending}, sort_keys=True)
    return hashlib.sha256(held.encode()).hexdigest()


def _keys(provider: Mapping[str, Any]) -> dict[str, str]:
    state = provider.get("state") or {}
    named = {"encryptionsalt": state.get("salt"), "secretsprovider": state.get("url")}
    named["encryptedkey"] = state.get("encryptedkey")
    return {key: value for key, value in named.items() if isinstance(value, str)}


def _state(resource: dict[str, Any]) -> State:
    return State(
        urn=str(resource["urn"]),
        type=str(resource["type"]),
        custom=bool(resource.get("custom", False)),
        id=str(resource.get("id", "")),
        inputs=resource.get("inputs") or {},
        outputs=resource.get("outputs") or {},
        protected=bool(resource.get("protect", False)),
    )
