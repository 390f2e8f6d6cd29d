"""A test double of the AWS provider: the real engine attaches to it, and it answers without AWS.

What tests with it prove is what the engine, the language host, the program, the policies and the commands do with
the answers that a provider gives: inputs with defaults, outputs, drift, replacements, secrets, failures. What they do
not prove: that AWS takes the inputs (the double refuses what refusals/ refuses, with AWS's own codes, and no more: no
permission stops it), how long AWS takes, and that the tables of traits.py are complete. In one thing it is harsher than
the real provider: it reads every JSON document back written otherwise, where the real one keeps most texts as long as
they say the same.

In this process: `with serve(cloud, file) as port`. As a process of its own, until SIGTERM:

    python -m tests.engine.provider --cloud-file F --stack S --region R --account A --port-file P
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from program.offline.simulation import Cloud
from tests.engine.answers import checked
from tests.engine.aws import Aws, AwsError
from tests.engine.cloud_file import CloudFile
from tests.engine.differences import differences, first_key, replacing
from tests.engine.traits import traits_of
from tests.engine.wire import concealed, plain, revealed, to_struct

VERSION = "7.51.1"
# Larger than gRPC's own 4 MB, as the engine's is.
_OPTIONS = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Translates between the protocol and `Aws`."""

    def __init__(self, cloud: Cloud, file: CloudFile, network: Cloud) -> None:
        self._aws = Aws(cloud, file, network)
        self._file = file
        self._cancelled = threading.Event()

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = plain(request.olds), plain(request.news)
        changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        return provider_pb2.DiffResponse(changes=_some(changed), diffs=changed)

    def Configure(self, request: Any, context: Any) -> Any:
        region = request.variables.get("aws:config:region", self._aws.cloud.region)
        if region != self._aws.cloud.region:
            _refuse(
                context,
                f"the region is {region}, but this cloud is {self._aws.cloud.region} of {self._aws.cloud.account}",
            )
        # The last run of the CLI cancelled its own calls; this one is new.
        self._cancelled.clear()
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=False)

    def Check(self, request: Any, context: Any) -> Any:
        type_, name = _identity(request.urn)
        self._spoil("Check", type_, name, context)
        inputs, unexpected = checked(type_, plain(request.news))
        failures = [
            provider_pb2.CheckFailure(property=key, reason=f"{type_} has no argument {key}") for key in unexpected
        ]
        return provider_pb2.CheckResponse(inputs=to_struct(inputs), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        type_, name = _identity(request.urn)
        self._spoil("Diff", type_, name, context)
        state, inputs = _revealed(request.olds), _revealed(request.news)
        found = differences(type_, state, inputs, request.ignoreChanges)
        replaces = replacing(type_, found)
        name_key = traits_of(type_).name
        return provider_pb2.DiffResponse(
            changes=_some(found),
            diffs=sorted({first_key(path) for path in found}),
            replaces=replaces,
            # A name that stays can't be given twice: the old resource has to go first.
            deleteBeforeReplace=bool(replaces) and name_key in inputs and name_key not in replaces,
            detailedDiff={
                path: provider_pb2.PropertyDiff(kind=_kind(kind, replaces=first_key(path) in replaces))
                for path, kind in found.items()
            },
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: Any) -> Any:
        type_, name = _identity(request.urn)
        self._spoil("Create", type_, name, context, preview=request.preview)
        marked, inputs = plain(request.properties), _revealed(request.properties)
        if request.preview:
            outputs = self._aws.planned(type_, name, inputs)
            return provider_pb2.CreateResponse(properties=to_struct(concealed(outputs, marked)))
        with _refusals(context):
            id_, outputs = self._aws.create(type_, name, inputs)
            self._spoil("Create", type_, name, context, done=True)
            return provider_pb2.CreateResponse(id=id_, properties=to_struct(concealed(outputs, marked)))

    def Read(self, request: Any, context: Any) -> Any:
        type_, name = _identity(request.urn)
        self._spoil("Read", type_, name, context)
        state, inputs = plain(request.properties), plain(request.inputs)
        found = self._aws.read(type_, request.id, revealed(state), revealed(inputs))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=to_struct(concealed(found[0], state)),
            inputs=to_struct(concealed(found[1], inputs)),
        )

    def Update(self, request: Any, context: Any) -> Any:
        type_, name = _identity(request.urn)
        self._spoil("Update", type_, name, context, preview=request.preview)
        marked, inputs = plain(request.news), _revealed(request.news)
        if request.preview:
            outputs = {**_revealed(request.olds), **self._known(type_, name, inputs)}
            return provider_pb2.UpdateResponse(properties=to_struct(concealed(outputs, marked)))
        with _refusals(context):
            outputs = self._aws.update(type_, request.id, _revealed(request.old_inputs), inputs)
            self._spoil("Update", type_, name, context, done=True)
            return provider_pb2.UpdateResponse(properties=to_struct(concealed(outputs, marked)))

    def Delete(self, request: Any, context: Any) -> Any:
        type_, name = _identity(request.urn)
        self._spoil("Delete", type_, name, context)
        with _refusals(context):
            self._aws.delete(type_, request.id, _revealed(request.properties))
            self._spoil("Delete", type_, name, context, done=True)
            return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        self._spoil("Invoke", request.tok, "", context)
        response = provider_pb2.InvokeResponse()
        with _refusals(context):
            # The field's name is a keyword of Python.
            getattr(response, "return").update(self._aws.call(request.tok, plain(request.args)))
        return response

    def Cancel(self, request: Any, context: Any) -> Any:
        self._cancelled.set()
        return empty_pb2.Empty()

    def _known(self, type_: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the outputs of an update that are known before it: the inputs."""
        return {key: value for key, value in self._aws.planned(type_, name, inputs).items() if key in inputs}

    def _spoil(
        self, operation: str, type_: str, name: str, context: Any, *, preview: bool = False, done: bool = False
    ) -> None:
        """Let the call take longer and fail, as the file says; a preview calls nothing of AWS."""
        if preview:
            return
        for fault in self._file.met_faults(operation, type_, name, done=done):
            if fault.seconds and self._cancelled.wait(fault.seconds):
                _refuse(context, f"{operation} of {name} was cancelled")
            if fault.message:
                _refuse(context, fault.message)


@contextmanager
def serve(cloud: Cloud, file: Path, network: Cloud | None = None) -> Iterator[int]:
    """Serve the cloud in the file; give the port on this machine.

    The VPC is the one that the cloud's own networking stack made, or the network's, where a stack borrows it.
    """
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(cloud, CloudFile(file), network or cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(0).wait()


def _identity(urn: str) -> tuple[str, str]:
    """Return the type and the logical name."""
    _, _, qualified, name = urn.split("::", 3)
    return qualified.split("$")[-1], name


def _revealed(struct: Struct) -> dict[str, Any]:
    return dict(revealed(plain(struct)))


def _some(found: Any) -> Any:
    return provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE


def _kind(kind: str, *, replaces: bool) -> Any:
    return provider_pb2.PropertyDiff.Kind.Value(f"{kind}_REPLACE" if replaces else kind)


def _refuse(context: Any, message: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError(message)


@contextmanager
def _refusals(context: Any) -> Iterator[None]:
    try:
        yield
    except AwsError as error:
        _refuse(context, str(error))


def main() -> None:
    """Serve until SIGTERM; the port stands in its file as soon as the provider answers."""
    parser = argparse.ArgumentParser(description="A test double of the AWS provider.")
    for option in ("--cloud-file", "--stack", "--region", "--account", "--port-file"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    cloud = Cloud(stack=options.stack, region=options.region, account=options.account)
    with serve(cloud, Path(options.cloud_file)) as port:
        unfinished = Path(f"{options.port_file}.unfinished")
        unfinished.write_text(str(port))
        unfinished.replace(options.port_file)
        stopped.wait()


if __name__ == "__main__":
    main()
