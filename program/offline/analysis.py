"""Let the policy pack judge recorded resources, in a process of its own and over the engine's protocol."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies.wire import Outcome, decode
from program.errors import CouldNotRunError
from program.offline.recording import ORGANIZATION, Registration
from program.service.settings import PROJECT

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

PACK = Path(__file__).resolve().parents[2] / "policies"
PROVIDER_TYPE = "pulumi:providers:aws"
# The first line that the pack prints is its port; a pack that prints none within this time did not start.
START_SECONDS = 60.0
# A port and its line's end.
_LONGEST_PORT = 16
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPack:
    """A pack that has started: its process, and where it says its port and its errors."""

    process: BaseProcess
    output: Connection[Any, Any]
    errors: Path
    config: Mapping[str, str]
    stack: str
    start_seconds: float

    def judge(self, registrations: Sequence[Registration]) -> list[Outcome]:
        """Return the pack's word on every resource, then on the stack as a whole."""
        with grpc.insecure_channel(f"127.0.0.1:{self._port()}") as channel:
            analyzer = analyzer_pb2_grpc.AnalyzerStub(channel)
            try:
                return self._judge(analyzer, registrations)
            except grpc.RpcError as error:
                details = " ".join(str(error.details()).split())
                raise CouldNotRunError(f"the policy pack stopped: {details}") from None

    def _judge(self, analyzer: analyzer_pb2_grpc.AnalyzerStub, registrations: Sequence[Registration]) -> list[Outcome]:
        self._configure(analyzer)
        provider = self._provider()
        outcomes: list[Outcome] = []
        for registration in registrations:
            request = analyzer_pb2.AnalyzeRequest(provider=provider, **_common(registration))
            outcomes += decode(analyzer.Analyze(request), registration.urn)
        resources = [
            analyzer_pb2.AnalyzerResource(
                provider=provider,
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

    def _configure(self, analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
        analyzer.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(
                stack=self.stack, project=PROJECT, organization=ORGANIZATION, dry_run=True, config=self.config
            )
        )
        info = analyzer.GetAnalyzerInfo(empty_pb2.Empty())
        levels = {
            policy.name: analyzer_pb2.PolicyConfig(enforcementLevel=policy.enforcementLevel) for policy in info.policies
        }
        analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=levels))

    def _provider(self) -> analyzer_pb2.AnalyzerProviderResource:
        properties = Struct()
        properties.update(
            {key.removeprefix("aws:"): value for key, value in self.config.items() if key.startswith("aws:")}
        )
        return analyzer_pb2.AnalyzerProviderResource(
            type=PROVIDER_TYPE,
            name="default",
            urn=f"urn:pulumi:{self.stack}::{PROJECT}::{PROVIDER_TYPE}::default",
            properties=properties,
        )

    def _port(self) -> int:
        if not self.output.poll(self.start_seconds):
            raise CouldNotRunError(f"the policy pack did not start: it said nothing for {self.start_seconds:g} seconds")
        line = os.read(self.output.fileno(), _LONGEST_PORT).strip()
        if not line.isdigit():
            self.process.join(self.start_seconds)
            said = self.errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise CouldNotRunError(f"the policy pack did not start: {said[-1] if said else 'it said nothing'}")
        return int(line)


@contextmanager
def running_pack(
    *, stack: str, config: Mapping[str, str], pack: Path = PACK, start_seconds: float = START_SECONDS
) -> Iterator[RunningPack]:
    """Start the pack for the stack and stop it at the end.

    Call it before this process makes any gRPC object: the pack is forked, which saves it its imports.
    """
    output, writer = _FORK.Pipe(duplex=False)
    with output, tempfile.TemporaryDirectory(prefix="policy-pack-") as folder:
        errors = Path(folder) / "stderr"
        process = _FORK.Process(target=_serve, args=(pack, writer, errors, _environment(stack, config)))
        process.start()
        writer.close()
        try:
            yield RunningPack(
                process=process, output=output, errors=errors, config=config, stack=stack, start_seconds=start_seconds
            )
        finally:
            process.terminate()
            process.join()


def _environment(stack: str, config: Mapping[str, str]) -> dict[str, str]:
    return {
        "PULUMI_CONFIG": json.dumps(dict(config)),
        "PULUMI_DRY_RUN": "true",
        "PULUMI_ORGANIZATION": ORGANIZATION,
        "PULUMI_PROJECT": PROJECT,
        "PULUMI_STACK": stack,
    }


def _serve(pack: Path, writer: Connection[Any, Any], errors: Path, environment: Mapping[str, str]) -> None:
    """Become the pack: the same module, arguments, folder and environment as when the engine starts it."""
    os.environ.update(environment)
    os.chdir(pack)
    with (
        errors.open("w", encoding="utf-8", buffering=1) as stderr,
        # Unbuffered, as under `python -u`, on which a pack of the SDK relies: it never flushes its port.
        io.TextIOWrapper(os.fdopen(os.dup(writer.fileno()), "wb", buffering=0), write_through=True) as stdout,
    ):
        writer.close()
        sys.stdout, sys.stderr = stdout, stderr
        sys.argv = ["pulumi.policy", "127.0.0.1:0", str(pack)]
        runpy.run_module("pulumi.policy", run_name="__main__")


def _common(registration: Registration) -> dict[str, Any]:
    return {
        "type": registration.type,
        "name": registration.name,
        "urn": registration.urn,
        "properties": registration.properties,
        "options": analyzer_pb2.AnalyzerResourceOptions(
            protect=registration.protect,
            ignoreChanges=registration.ignore_changes,
            parent=registration.parent,
        ),
    }
