"""The engine's side of the protocol, as far as a language host and a program need one: it takes all that is told."""

from concurrent import futures
from contextlib import contextmanager

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc


class FakeEngine(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Registers whatever it is asked to, and keeps what it heard."""

    def __init__(self):
        self.registered = []
        self.outputs = {}
        self.logged = []

    def SupportsFeature(self, request, context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(self, request, context):
        self.registered.append((request.type, request.name))
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:s::p::{request.type}::{request.name}")

    def RegisterResourceOutputs(self, request, context):
        self.outputs |= dict(request.outputs)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request, context):
        return empty_pb2.Empty()

    def SetRootResource(self, request, context):
        return engine_pb2.SetRootResourceResponse()

    def Log(self, request, context):
        self.logged.append(request.message)
        return empty_pb2.Empty()


@contextmanager
def fake_engine():
    """Give an engine and its address."""
    engine = FakeEngine()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield engine, f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()
