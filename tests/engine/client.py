"""Calls the double as the engine does, without the engine."""

from contextlib import contextmanager

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from program.offline.simulation import Cloud
from tests.engine.wire import plain, to_struct

HERE = Cloud(stack="a-stack", region="eu-west-1", account="123456789012")
CLUSTER = "aws:rds/cluster:Cluster"
FUNCTION = "aws:lambda/function:Function"
KEY = "aws:kms/key:Key"
# Security groups that are there before a cluster is made.
GROUPS = ("sg-1", "sg-2", "sg-3")
CLUSTER_INPUTS = {
    "clusterIdentifier": "a-cluster",
    "engine": "aurora-postgresql",
    "engineVersion": "15.17",
    "skipFinalSnapshot": True,
    "tags": {"Project": "parity"},
    "vpcSecurityGroupIds": [*GROUPS],
}


class Client:
    """Calls the provider as the engine does."""

    def __init__(self, port):
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def close(self):
        self._channel.close()

    def check(self, type_, inputs):
        response = self.stub.Check(provider_pb2.CheckRequest(urn=urn(type_), news=to_struct(inputs)))
        return plain(response.inputs), [failure.reason for failure in response.failures]

    def diff(self, type_, state, inputs, ignored=()):
        request = provider_pb2.DiffRequest(
            urn=urn(type_), olds=to_struct(state), news=to_struct(inputs), ignoreChanges=ignored
        )
        return self.stub.Diff(request)

    def create(self, type_, inputs, *, name="it", preview=False):
        request = provider_pb2.CreateRequest(urn=urn(type_, name), properties=to_struct(inputs), preview=preview)
        response = self.stub.Create(request)
        return response.id, plain(response.properties)

    def read(self, type_, id_, state, inputs):
        request = provider_pb2.ReadRequest(
            urn=urn(type_), id=id_, properties=to_struct(state), inputs=to_struct(inputs)
        )
        response = self.stub.Read(request)
        return response.id, plain(response.properties), plain(response.inputs)

    def update(self, type_, id_, state, old_inputs, inputs, *, preview=False):
        request = provider_pb2.UpdateRequest(
            urn=urn(type_),
            id=id_,
            olds=to_struct(state),
            old_inputs=to_struct(old_inputs),
            news=to_struct(inputs),
            preview=preview,
        )
        return plain(self.stub.Update(request).properties)

    def delete(self, type_, id_, state):
        self.stub.Delete(provider_pb2.DeleteRequest(urn=urn(type_), id=id_, properties=to_struct(state)))


def urn(type_, name="it"):
    return f"urn:pulumi:a-stack::parity::tap:stack:TapStack${type_}::{name}"


@contextmanager
def refusal(text):
    with pytest.raises(grpc.RpcError) as caught:
        yield caught
    assert text in caught.value.details()
