"""Ask the policy pack for its word on recorded resources, over the engine's protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies.wire import Outcome, decode
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject
from program.offline.packs import ORGANIZATION, PackHost
from program.offline.recordings import Registration
from program.project.definition import SERVICE, Project

# The packages whose resources projects have.
_PACKAGES = ("aws", "github")
_RECORDED = "recorded"
_PROVIDERS = "pulumi:providers:"


@contextmanager
def running_pack(
    packs: PackHost, *, stack: str, config: Mapping[str, str], project: Project = SERVICE
) -> Iterator[Analysis]:
    """Start a pack for the project's stack and its configuration, and end it with the block."""
    with packs.pack(project=project, stack=stack, config=config) as port:
        yield Analysis(port=port, project=project, stack=stack, config=config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A pack that listens on the port, for one stack and its configuration."""

    port: int
    project: Project
    stack: str
    config: Mapping[str, str]

    def judge(self, registrations: Sequence[Registration]) -> list[Outcome]:
        """Return the pack's word on every resource, then on the stack as a whole."""
        with grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            analyzer = analyzer_pb2_grpc.AnalyzerStub(channel)
            try:
                return self._judge(analyzer, registrations)
            except grpc.RpcError as error:
                details = " ".join(str(error.details()).split())
                raise CouldNotRunError(f"the policy pack stopped: {details}") from None

    def _judge(self, analyzer: analyzer_pb2_grpc.AnalyzerStub, registrations: Sequence[Registration]) -> list[Outcome]:
        self._configure(analyzer, {item.urn: item.options for item in registrations if item.options})
        providers = {item.urn: _explicit(item) for item in registrations if item.type.startswith(_PROVIDERS)}
        defaults = {package: self._provider(package) for package in _PACKAGES}
        outcomes: list[Outcome] = []
        for registration in registrations:
            provider = providers.get(registration.provider_urn, defaults.get(_package(registration)))
            request = analyzer_pb2.AnalyzeRequest(
                provider=provider, properties=registration.properties, **_common(registration)
            )
            outcomes += decode(analyzer.Analyze(request), registration.urn)
        resources = [
            analyzer_pb2.AnalyzerResource(
                provider=providers.get(registration.provider_urn, defaults.get(_package(registration))),
                properties=_made(registration),
                parent=registration.parent,
                dependencies=registration.dependencies,
                propertyDependencies={
                    key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                    for key, urns in registration.property_dependencies.items()
                },
                **_common(registration),
            )
            for registration in registrations
        ]
        return outcomes + decode(analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources)), None)

    def _configure(self, analyzer: analyzer_pb2_grpc.AnalyzerStub, recorded: JsonObject) -> None:
        analyzer.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(
                stack=self.stack,
                project=self.project.name(),
                organization=ORGANIZATION,
                dry_run=True,
                config=self.config,
            )
        )
        info = analyzer.GetAnalyzerInfo(empty_pb2.Empty())
        configs = {
            policy.name: analyzer_pb2.PolicyConfig(enforcementLevel=policy.enforcementLevel) for policy in info.policies
        }
        for policy in info.policies:
            # The engine tells policies of few options; those that ask for a recording are told all.
            if _RECORDED in policy.configSchema.properties:
                configs[policy.name].properties.update({_RECORDED: recorded})
        analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=configs))

    def _provider(self, package: str) -> analyzer_pb2.AnalyzerProviderResource:
        """Return the package's default provider, which has the configuration's keys of its name."""
        properties, begins, type_ = Struct(), f"{package}:", f"{_PROVIDERS}{package}"
        properties.update(
            {key.removeprefix(begins): value for key, value in self.config.items() if key.startswith(begins)}
        )
        return analyzer_pb2.AnalyzerProviderResource(
            type=type_,
            name="default",
            urn=f"urn:pulumi:{self.stack}::{self.project.name()}::{type_}::default",
            properties=properties,
        )


def _package(registration: Registration) -> str:
    return registration.type.partition(":")[0]


def _explicit(registration: Registration) -> analyzer_pb2.AnalyzerProviderResource:
    return analyzer_pb2.AnalyzerProviderResource(
        type=registration.type, name=registration.name, urn=registration.urn, properties=registration.properties
    )


def _made(registration: Registration) -> Struct:
    """Return the inputs and what was made of them, as the engine tells of a stack after an update."""
    made = Struct()
    made.CopyFrom(registration.properties)
    inputs = registration.properties.fields
    made.update({key: value for key, value in registration.outputs.items() if key not in inputs})
    return made


def _common(registration: Registration) -> dict[str, Any]:
    return {
        "type": registration.type,
        "name": registration.name,
        "urn": registration.urn,
        "options": analyzer_pb2.AnalyzerResourceOptions(
            protect=registration.protect,
            ignoreChanges=registration.ignore_changes,
            parent=registration.parent,
        ),
    }
