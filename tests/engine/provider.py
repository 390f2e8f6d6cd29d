"""A test double of the AWS provider: the engine attaches to it, and it answers as a provider does, without AWS."""

from __future__ import annotations

from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from program.simulation import Cloud

VERSION = "7.51.1"


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Takes every input as it is; in a preview, what AWS adds stays unknown."""

    def __init__(self, cloud: Cloud) -> None:
        self._account = cloud.account

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_outputs=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=True)

    def Check(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Create(self, request: Any, context: Any) -> Any:
        return provider_pb2.CreateResponse(properties=request.properties)

    def Invoke(self, request: Any, context: Any) -> Any:
        response = provider_pb2.InvokeResponse()
        identity = {"accountId": self._account, "id": self._account, "arn": "", "userId": ""}
        # The field's name is a keyword of Python.
        getattr(response, "return").update(identity)
        return response

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


def serve(cloud: Cloud) -> tuple[grpc.Server, int]:
    """Start the provider; return the server and its port on this machine."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
