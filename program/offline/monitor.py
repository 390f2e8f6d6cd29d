"""The engine's side of a recording: answers each registration by the simulated cloud, and keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlparse

from google.protobuf import empty_pb2, json_format
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.mocks import MockCallArgs, MockMonitor
from pulumi.runtime.proto import provider_pb2, resource_pb2
from pulumi.runtime.rpc import deserialize_properties

from policies import tokens
from program.manifest.canonical import JsonObject
from program.offline.options import options_of
from program.offline.recordings import Registration
from program.offline.simulation import SimulatedCloud
from program.offline.source_lines import is_shared, place_in_program
from program.project.definition import Project

_GET_RESOURCE = "pulumi:pulumi:getResource"
_WITH_A_CALLER = 2


class RecordingMonitor(MockMonitor):
    """Keeps every request; makes URNs as the engine does, which Pulumi's mocks don't."""

    def __init__(self, cloud: SimulatedCloud, project: Project, stack: str) -> None:
        super().__init__(cloud)
        self._cloud = cloud
        self.registrations: list[Registration] = []
        self.stack_outputs: JsonObject = {}
        self.networking: JsonObject = {}
        self.references: list[Registration] = []
        self._urn = f"urn:pulumi:{stack}::{project.name()}"

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN as the engine makes it, with all types above the resource's own."""
        parent_type = parent.split("::")[2] if parent else tokens.STACK
        qualified = type_ if parent_type == tokens.STACK else f"{parent_type}${type_}"
        return f"{self._urn}::{qualified}::{name}"

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> object:  # noqa: N802
        """Make what the program registers, and keep it."""
        response = self._registered(request)
        self.registrations.append(
            Registration(
                urn=response.urn,
                type=request.type,
                name=request.name,
                parent=request.parent,
                custom=request.custom,
                properties=request.object,
                outputs=_outputs(response, custom=request.custom),
                dependencies=tuple(sorted(request.dependencies)),
                property_dependencies={
                    key: tuple(sorted(value.urns)) for key, value in sorted(request.propertyDependencies.items())
                },
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                ignore_changes=tuple(request.ignoreChanges),
                source=_maker(request),
                provider=request.provider,
                options=options_of(request),
            )
        )
        return response

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> object:  # noqa: N802
        """Read what the program refers to; of the network's stack, keep what it exports."""
        urn, _, properties = self._made(request, request.properties, request.id)
        if request.type == tokens.STACK_REFERENCE:
            outputs: JsonObject = json_format.MessageToDict(properties)
            self.networking = outputs["outputs"]  # type: ignore[assignment]  # the network's outputs are an object
            self.references.append(_reference(request, urn, outputs))
        return resource_pb2.ReadResourceResponse(urn=urn, properties=properties)

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> object:  # noqa: N802
        """Answer a function of the provider."""
        if request.tok == _GET_RESOURCE:
            return super().Invoke(request)  # type: ignore[no-untyped-call]  # the SDK's own
        arguments = deserialize_properties(request.args)
        answer, failures = self._cloud.call(MockCallArgs(token=request.tok, args=arguments, provider=request.provider))
        told = [provider_pb2.CheckFailure(property=prop, reason=reason) for prop, reason in failures]
        return resource_pb2.ResourceInvokeResponse(failures=told, **{"return": _struct(answer)})

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> object:  # noqa: N802
        """Keep what the stack exports."""
        if f"::{tokens.STACK}::" in request.urn:
            self.stack_outputs = json_format.MessageToDict(request.outputs)
        return empty_pb2.Empty()

    def _registered(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        if request.type == tokens.STACK:
            return resource_pb2.RegisterResourceResponse(urn=self.make_urn("", request.type, request.name))
        urn, identifier, properties = self._made(request, request.object, request.importId)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=properties)

    def _made(
        self,
        request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest,
        given: Struct,
        identifier: str,
    ) -> tuple[str, str, Struct]:
        """Return the URN, the id and all properties of what is made; the inputs stay as the program gave them.

        Pulumi's mocks read and write all of them anew, in an event loop of its own for each resource.
        """
        inputs = deserialize_properties(given)
        made, added = self._cloud.made(request.type, request.name, inputs, identifier)
        properties = Struct()
        properties.CopyFrom(given)
        properties.update({key: value for key, value in added.items() if value is not None})
        urn = self.make_urn(request.parent, request.type, request.name)
        self.resources[urn] = MockMonitor.ResourceRegistration(urn, made, {**inputs, **added})
        return urn, made, properties


def _reference(request: resource_pb2.ReadResourceRequest, urn: str, outputs: JsonObject) -> Registration:
    return Registration(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=True,
        properties=request.properties,
        outputs=outputs,
        dependencies=(),
        property_dependencies={},
        protect=False,
        retain_on_delete=False,
        ignore_changes=(),
        source=_source(request.sourcePosition.uri, request.sourcePosition.line),
    )


def _struct(answer: Mapping[str, object]) -> Struct:
    struct = Struct()
    struct.update(answer)
    return struct


def _outputs(response: resource_pb2.RegisterResourceResponse, *, custom: bool) -> JsonObject:
    if not custom:
        return {}
    return {**json_format.MessageToDict(response.object), "id": response.id}


def _source(uri: str, line: int) -> str | None:
    """Return `file:line` relative to the project; None for what isn't the program's."""
    return place_in_program(_path(uri), line)


def _maker(request: resource_pb2.RegisterResourceRequest) -> str | None:
    """Return the line that makes the resource; of a method that components share, the line that calls it."""
    made = _source(request.sourcePosition.uri, request.sourcePosition.line)
    path, line = _path(request.sourcePosition.uri), request.sourcePosition.line
    if made is None or len(request.stackTrace.frames) < _WITH_A_CALLER or not is_shared(path, line):
        return made
    caller = request.stackTrace.frames[1].pc
    return _source(caller.uri, caller.line) or made


def _path(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))
