"""Serve the pack over the engine's protocol, as the SDK's `PolicyPack` does, but with the marks of secrets kept."""

from __future__ import annotations

import sys
from concurrent import futures
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel, Policy

# `PolicyPack` makes this servicer itself and takes no other, so its few lines stand here again.
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.secrecy import keep_marks

# The engine puts the version of PulumiPolicy.yaml in its place.
_VERSION = "0.0.1"
# As the SDK has it: a stack's resources come in one message.
_LONGEST_MESSAGE = 400 * 1024 * 1024
_WORKERS = 4


class Analyzer(_PolicyAnalyzerServicer):
    """The SDK's own servicer, given requests whose secrets it hands on to the rules."""

    def __init__(self, name: str, rules: list[Policy]) -> None:
        super().__init__(name, _VERSION, rules, EnforcementLevel.MANDATORY)

    def Analyze(self, request: analyzer_pb2.AnalyzeRequest, context: Any) -> analyzer_pb2.AnalyzeResponse:  # noqa: N802
        """Judge one resource."""
        keep_marks(request.properties)
        keep_marks(request.provider.properties)
        response: analyzer_pb2.AnalyzeResponse = super().Analyze(request, context)  # type: ignore[no-untyped-call]
        return response

    def AnalyzeStack(  # noqa: N802
        self, request: analyzer_pb2.AnalyzeStackRequest, context: Any
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge all resources together."""
        for resource in request.resources:
            keep_marks(resource.properties)
            keep_marks(resource.provider.properties)
        response: analyzer_pb2.AnalyzeResponse = super().AnalyzeStack(request, context)  # type: ignore[no-untyped-call]
        return response


def serve(name: str, rules: list[Policy]) -> None:
    """Say the port on stdout, and answer until the process is ended."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=_WORKERS),
        options=[("grpc.max_receive_message_length", _LONGEST_MESSAGE)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(name, rules), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
