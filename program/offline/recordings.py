"""What stacks register, as data: one job runs the program and writes it, another judges it and runs nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic.alias_generators import to_camel

from policies.known.tables import known_somewhere
from program.errors import CouldNotRunError, Problem
from program.manifest.canonical import JsonObject
from program.manifest.normalise import Resource
from program.offline.documents import validated

SCHEMA_VERSION: Literal[1] = 1
# 200 stacks with all their resources are a third of it.
LARGEST_BYTES = 128 * 1024 * 1024
# What the SDK sets by itself, the same for each resource of a type.
_OF_THE_SDK = ("additionalSecretOutputs",)
_ALIASES = "aliases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One registration as the engine would have got it, with the outputs that the simulated cloud gave."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    properties: Struct
    outputs: JsonObject
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]
    source: str | None
    # The reference of a provider that the program made, and every other option.
    provider: str = ""
    options: JsonObject = field(default_factory=dict)

    @property
    def inputs(self) -> JsonObject:
        """Return the inputs as plain data; secrets and assets keep Pulumi's own marks."""
        inputs: JsonObject = json_format.MessageToDict(self.properties)
        return inputs

    def resource(self) -> Resource:
        """Return the registration as the manifest sees it."""
        options = {**self.options, "provider": self.provider_urn.rpartition("::")[2], _ALIASES: self._own_aliases()}
        asked: JsonObject = {name: value for name, value in options.items() if value and name not in _OF_THE_SDK}
        return Resource(type=self.type, name=self.name, inputs=self.inputs, outputs=self.outputs, options=asked)

    def _own_aliases(self) -> list[JsonValue]:
        """Return the aliases that the program gave: a type's former names are the SDK's, and of no deployed state."""
        found = known_somewhere(self.type)
        formerly: Sequence[object] = found[0].former_aliases if found else ()
        aliases = self.options.get(_ALIASES)
        return [alias for alias in aliases if alias not in formerly] if isinstance(aliases, list) else []

    @property
    def provider_urn(self) -> str:
        """Return the URN of the provider that the program gave, empty where it gave none."""
        return self.provider.rpartition("::")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRecording:
    """All that one stack registers, in order, what it exports, and what it read of its network and by which reference.

    `problem` says why the program stopped, where it did, and `source` in which line; `refused` is what is wrong with
    the settings, where it stopped because of them.
    """

    stack: str
    registrations: tuple[Registration, ...] = ()
    outputs: JsonObject = field(default_factory=dict)
    networking: JsonObject = field(default_factory=dict)
    references: tuple[Registration, ...] = ()
    problem: str | None = None
    source: str | None = None
    refused: tuple[Problem, ...] = ()


class _Part(BaseModel):
    # What a newer version has beside it is left aside: it takes nothing away from what is judged.
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="ignore", frozen=True, strict=True)


class _Registration(_Part):
    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: dict[str, JsonValue]
    outputs: dict[str, JsonValue]
    dependencies: list[str]
    property_dependencies: dict[str, list[str]]
    protect: bool
    retain_on_delete: bool
    ignore_changes: list[str]
    source: str | None
    provider: str
    options: dict[str, JsonValue]


class _Problem(_Part):
    key: str | None
    message: str
    place: str


class _Stack(_Part):
    stack: str
    registrations: list[_Registration]
    outputs: dict[str, JsonValue]
    networking: dict[str, JsonValue]
    references: list[_Registration]
    problem: str | None
    source: str | None
    # Of recordings that an older version wrote.
    refused: list[_Problem] = []


class _Document(_Part):
    schema_version: Literal[1]
    stacks: list[_Stack]


def written(recordings: Iterable[StackRecording]) -> str:
    """Return the recordings as JSON, the same text for the same recordings."""
    document = _Document(schema_version=SCHEMA_VERSION, stacks=[_stack(recording) for recording in recordings])
    return json.dumps(document.model_dump(mode="json", by_alias=True), sort_keys=True) + "\n"


def read_recordings(path: Path) -> list[StackRecording]:
    """Read recordings; what this version can't read is a failure to run, in one line."""
    document = validated(_Document, path, LARGEST_BYTES)
    if len({stack.stack for stack in document.stacks}) != len(document.stacks):
        raise CouldNotRunError(f"{path}: a stack is in it twice; write it anew with `record`")
    return [_recording(stack) for stack in document.stacks]


def _stack(recording: StackRecording) -> _Stack:
    return _Stack(
        stack=recording.stack,
        # The program registers some of them side by side, in whatever order.
        registrations=[_written(each) for each in sorted(recording.registrations, key=lambda each: each.urn)],
        outputs=recording.outputs,
        networking=recording.networking,
        references=[_written(reference) for reference in recording.references],
        problem=recording.problem,
        source=recording.source,
        refused=[_Problem(key=each.key, message=each.message, place=each.place) for each in recording.refused],
    )


def _recording(stack: _Stack) -> StackRecording:
    return StackRecording(
        stack=stack.stack,
        registrations=tuple(_read(registration) for registration in stack.registrations),
        outputs=stack.outputs,
        networking=stack.networking,
        references=tuple(_read(reference) for reference in stack.references),
        problem=stack.problem,
        source=stack.source,
        refused=tuple(Problem(each.key, each.message, each.place) for each in stack.refused),
    )


def _written(registration: Registration) -> _Registration:
    return _Registration(
        urn=registration.urn,
        type=registration.type,
        name=registration.name,
        parent=registration.parent,
        custom=registration.custom,
        inputs=registration.inputs,
        outputs=registration.outputs,
        dependencies=list(registration.dependencies),
        property_dependencies={key: list(urns) for key, urns in registration.property_dependencies.items()},
        protect=registration.protect,
        retain_on_delete=registration.retain_on_delete,
        ignore_changes=list(registration.ignore_changes),
        source=registration.source,
        provider=registration.provider,
        options=registration.options,
    )


def _read(registration: _Registration) -> Registration:
    return Registration(
        urn=registration.urn,
        type=registration.type,
        name=registration.name,
        parent=registration.parent,
        custom=registration.custom,
        properties=json_format.ParseDict(registration.inputs, Struct()),
        outputs=registration.outputs,
        dependencies=tuple(registration.dependencies),
        property_dependencies={key: tuple(urns) for key, urns in registration.property_dependencies.items()},
        protect=registration.protect,
        retain_on_delete=registration.retain_on_delete,
        ignore_changes=tuple(registration.ignore_changes),
        source=registration.source,
        provider=registration.provider,
        options=registration.options,
    )
