"""What stands in place of a policy pack until the engine has told the stack's configuration.

A pack wants to know by its environment what the engine tells only once the pack has answered. So the engine is given
the port of this stand-in; it takes the configuration, and passes everything else on to the pack as soon as that runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, NoReturn

import grpc
from pulumi.runtime.proto import analyzer_pb2

from tests.engine.language_host.serving import LARGE

NOT_STARTED = "policy pack not started"


class StandIn(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """Answers in place of the pack: `configuration` is what the engine tells, `pack` the channel to the pack."""

    def __init__(self) -> None:
        self.configuration: Future[bytes | None] = Future()
        self.pack: Future[grpc.Channel] = Future()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """Return what answers the method."""
        method = handler_call_details.method
        if method.endswith("/Handshake"):
            return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"")
        if method.endswith("/ConfigureStack"):
            return grpc.unary_unary_rpc_method_handler(lambda request, _context: self._told(request))
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self._pass_on(method, request, context))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Leave nobody waiting for a pack that never came."""
        try:
            yield
        finally:
            if not self.pack.done():
                self.pack.set_exception(RuntimeError(NOT_STARTED))

    def first_line(self, line: bytes) -> None:
        """Take the first line that the pack prints: its port; nothing at all when it died before."""
        if self.pack.done():
            return
        if not line.strip().isdigit():
            self.pack.set_exception(RuntimeError(f"{NOT_STARTED}: could not read its port: {line!r}"))
            return
        self.pack.set_result(grpc.insecure_channel(f"127.0.0.1:{int(line)}", options=LARGE))

    def _told(self, request: bytes | None) -> bytes:
        if not self.configuration.done():
            self.configuration.set_result(request)
        return b""

    def _pass_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> Any:
        # Whoever asks the pack already won't tell it the configuration any more.
        self._told(None)
        try:
            return self.pack.result().unary_unary(method)(request)
        except grpc.RpcError as error:
            _fail(context, error.code(), error.details())
        except RuntimeError as error:
            _fail(context, grpc.StatusCode.UNKNOWN, str(error))


def told_environment(configuration: bytes | None) -> dict[str, str]:
    """Return what a policy pack's environment says of the stack; nothing when the engine told nothing."""
    if configuration is None:
        return {}
    request = analyzer_pb2.AnalyzerStackConfigureRequest.FromString(configuration)
    told = {
        "PULUMI_ORGANIZATION": request.organization,
        "PULUMI_PROJECT": request.project,
        "PULUMI_STACK": request.stack,
        "PULUMI_DRY_RUN": str(request.dry_run).lower(),
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
    }
    return {key: value for key, value in told.items() if value}


def _fail(context: grpc.ServicerContext, code: grpc.StatusCode, details: str) -> NoReturn:
    context.abort(code, details)
    raise AssertionError(details)
