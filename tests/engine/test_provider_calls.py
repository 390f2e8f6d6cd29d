"""The double by itself, over its protocol: what it adds, compares, refuses, and how it runs as a process."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from program.simulation import Cloud
from program.stackfile import ROOT
from tests.engine.cloud_file import CloudFile, Fault
from tests.engine.provider import serve
from tests.engine.wire import SECRET, SIGNATURE, UNKNOWN, plain, to_struct

HERE = Cloud(stack="a-stack", region="eu-west-1", account="123456789012")
CLUSTER = "aws:rds/cluster:Cluster"
FUNCTION = "aws:lambda/function:Function"
KEY = "aws:kms/key:Key"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SOME, NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE

CLUSTER_INPUTS = {
    "clusterIdentifier": "a-cluster",
    "engine": "aurora-postgresql",
    "engineVersion": "15.17",
    "masterUserSecretKmsKeyId": "a-key",
    "skipFinalSnapshot": True,
    "tags": {"Project": "parity"},
    "vpcSecurityGroupIds": ["sg-1", "sg-2", "sg-3"],
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
        yield
    assert text in caught.value.details()


@pytest.fixture
def file(tmp_path):
    return CloudFile(tmp_path / "cloud.json")


@pytest.fixture
def aws(file):
    with serve(HERE, file.path) as port:
        client = Client(port)
        yield client
        client.close()


@pytest.fixture
def cluster(aws):
    """Return the id, outputs and inputs of a cluster that exists."""
    inputs, _ = aws.check(CLUSTER, CLUSTER_INPUTS)
    id_, outputs = aws.create(CLUSTER, inputs)
    return id_, outputs, inputs


def test_check_adds_defaults_at_every_level_and_all_tags(aws):
    inputs = {"name": "f", "role": "r", "environment": {"variables": {"A": "1"}}, "tags": {"T": "t"}, "timeout": 5}

    checked, failures = aws.check(FUNCTION, inputs)

    assert failures == []
    assert checked == {
        **inputs,
        "environment": {"__defaults": [], "variables": {"__defaults": [], "A": "1"}},
        "memorySize": 128,
        "packageType": "Zip",
        "reservedConcurrentExecutions": -1,
        "tags": {"__defaults": [], "T": "t"},
        "tagsAll": {"T": "t"},
        "__defaults": ["memorySize", "packageType", "reservedConcurrentExecutions"],
    }


def test_check_refuses_what_the_type_does_not_take(aws):
    _, failures = aws.check(KEY, {"descriptoin": "text"})

    assert failures == [f"{KEY} has no argument descriptoin"]


def test_a_preview_knows_the_inputs_and_not_what_aws_adds(aws, file):
    _, outputs = aws.create(CLUSTER, CLUSTER_INPUTS, preview=True)

    assert outputs["engineVersion"] == "15.17"
    assert outputs["endpoint"] == UNKNOWN
    assert file.read().resources == {}


def test_a_made_resource_stands_in_the_file_with_what_aws_has_of_it(cluster, file):
    id_, outputs, _ = cluster

    held = file.read().get(CLUSTER, "a-cluster")

    assert id_ == "a-cluster"
    assert held.logical_name == "it"
    assert held.properties["tags"] == {"Project": "parity"}
    assert "skipFinalSnapshot" not in held.properties
    assert outputs["skipFinalSnapshot"] is True
    assert outputs["endpoint"] == held.properties["endpoint"]
    assert outputs["region"] == "eu-west-1"


def test_a_second_resource_of_the_same_name_is_refused(aws, cluster):
    with refusal("AlreadyExists: aws:rds/cluster:Cluster with clusterIdentifier a-cluster exists already"):
        aws.create(CLUSTER, cluster[2], name="another")


def test_a_resource_that_is_made_again_gets_another_id(aws):
    first, _ = aws.create(KEY, {})
    aws.delete(KEY, first, {})

    second, _ = aws.create(KEY, {})

    assert first != second


def test_what_was_just_made_needs_no_change(aws, cluster):
    _, outputs, inputs = cluster

    assert aws.diff(CLUSTER, outputs, inputs).changes == NONE


@pytest.mark.parametrize(
    ("key", "value", "path", "kind"),
    [
        ("engineVersion", "16.3", "engineVersion", "UPDATE"),
        ("deletionProtection", True, "deletionProtection", "ADD"),
        ("kmsKeyId", "another", "kmsKeyId", "ADD_REPLACE"),
        ("engine", "aurora-mysql", "engine", "UPDATE_REPLACE"),
        ("tags", {"Project": "parity", "a.b": "c"}, 'tags["a.b"]', "ADD"),
        ("tags", {}, "tags.Project", "DELETE"),
        ("vpcSecurityGroupIds", ["sg-3", "sg-2", "sg-1", "sg-4"], "vpcSecurityGroupIds[3]", "ADD"),
        ("masterUsername", UNKNOWN, "masterUsername", "ADD_REPLACE"),
    ],
)
def test_a_changed_input_is_a_change_of_its_kind(aws, cluster, key, value, path, kind):
    _, outputs, inputs = cluster

    found = aws.diff(CLUSTER, outputs, {**inputs, key: value})

    assert found.changes == SOME
    assert {at: provider_pb2.PropertyDiff.Kind.Name(item.kind) for at, item in found.detailedDiff.items()} == {
        path: kind
    }
    assert list(found.diffs) == [key]
    assert list(found.replaces) == ([key] if kind.endswith("_REPLACE") else [])


def test_what_nobody_set_is_a_change_unless_aws_fills_it_in(aws, cluster):
    _, outputs, inputs = cluster

    filled_in = aws.diff(CLUSTER, {**outputs, "preferredBackupWindow": "00:00-00:30"}, inputs)
    switched_on = aws.diff(CLUSTER, {**outputs, "iamDatabaseAuthenticationEnabled": True}, inputs)

    assert filled_in.changes == NONE
    assert list(switched_on.detailedDiff) == ["iamDatabaseAuthenticationEnabled"]


def test_an_ignored_property_is_no_change(aws, cluster):
    _, outputs, inputs = cluster

    found = aws.diff(CLUSTER, outputs, {**inputs, "engineVersion": "16.3"}, ignored=["engineVersion"])

    assert found.changes == NONE


def test_a_fixed_name_makes_the_old_resource_go_first(aws, cluster):
    _, outputs, inputs = cluster

    kept = aws.diff(CLUSTER, outputs, {**inputs, "engine": "aurora-mysql"})
    renamed = aws.diff(CLUSTER, outputs, {**inputs, "clusterIdentifier": "other"})

    assert kept.deleteBeforeReplace
    assert not renamed.deleteBeforeReplace


def test_a_document_that_says_the_same_is_no_change(aws):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}
    state = {"policy": json.dumps(policy, indent=3)}

    same = aws.diff(KEY, state, {"policy": json.dumps(dict(reversed(policy.items())))})
    other = aws.diff(KEY, state, {"policy": json.dumps({**policy, "Statement": []})})

    assert same.changes == NONE
    assert list(other.detailedDiff) == ["policy"]


def test_a_read_tells_what_the_file_holds_and_repeats_what_aws_never_tells(aws, cluster, file):
    id_, outputs, inputs = cluster
    file.set_property("it", "engineVersion", "15.18")
    file.set_property("it", "tags.Owner", "somebody")

    found, state, read_inputs = aws.read(CLUSTER, id_, outputs, inputs)

    assert found == id_
    assert state["engineVersion"] == "15.18"
    assert state["skipFinalSnapshot"] is True
    assert read_inputs["engineVersion"] == "15.18"
    assert read_inputs["tags"] == {"__defaults": [], "Project": "parity"}
    assert state["tags"] == {"Owner": "somebody", "Project": "parity"}


def test_a_read_drops_a_default_that_is_none_any_more(aws, file):
    inputs, _ = aws.check(FUNCTION, {"name": "f", "role": "r"})
    id_, outputs = aws.create(FUNCTION, inputs)
    file.set_property("it", "timeout", 900)

    _, _, read_inputs = aws.read(FUNCTION, id_, outputs, inputs)

    assert read_inputs["timeout"] == 900
    assert "timeout" in inputs["__defaults"]
    assert "timeout" not in read_inputs["__defaults"]


def test_a_resource_that_is_gone_reads_as_nothing(aws, cluster, file):
    id_, outputs, inputs = cluster
    file.remove("it")

    assert aws.read(CLUSTER, id_, outputs, inputs) == ("", {}, {})


def test_an_update_changes_what_is_there_and_takes_away_what_is_not_asked_for(aws, cluster, file):
    id_, outputs, inputs = cluster
    new = {key: value for key, value in inputs.items() if key != "tags"} | {"engineVersion": "15.18"}

    planned = aws.update(CLUSTER, id_, outputs, inputs, new, preview=True)
    before = file.properties("it")
    updated = aws.update(CLUSTER, id_, outputs, inputs, new)

    assert planned["engineVersion"] == "15.18"
    assert planned["endpoint"] == outputs["endpoint"]
    assert before["engineVersion"] == "15.17"
    assert updated["engineVersionActual"] == "15.18"
    assert "tags" not in file.properties("it")


def test_an_update_of_what_is_gone_is_refused(aws, cluster, file):
    id_, outputs, inputs = cluster
    file.remove("it")

    with refusal("NotFound"):
        aws.update(CLUSTER, id_, outputs, inputs, inputs)


def test_a_protected_resource_is_not_deleted(aws, cluster, file):
    id_, outputs, _ = cluster
    file.set_property("it", "deletionProtection", True)

    with refusal("deletionProtection of a-cluster is on"):
        aws.delete(CLUSTER, id_, outputs)

    assert file.read().get(CLUSTER, id_) is not None


def test_a_cluster_without_a_last_snapshot_is_not_deleted(aws, cluster):
    id_, outputs, _ = cluster

    with refusal("finalSnapshotIdentifier of a-cluster is required"):
        aws.delete(CLUSTER, id_, {**outputs, "skipFinalSnapshot": False})


def test_a_deleted_resource_leaves_the_file_and_may_be_deleted_again(aws, cluster, file):
    id_, outputs, _ = cluster

    aws.delete(CLUSTER, id_, outputs)
    aws.delete(CLUSTER, id_, outputs)

    assert file.read().resources == {}


def test_a_secret_keeps_its_mark_and_stands_in_the_file_as_aws_has_it(aws, file):
    secret = {SIGNATURE: SECRET, "value": "hunter2"}
    type_ = "aws:secretsmanager/secretVersion:SecretVersion"
    inputs, _ = aws.check(type_, {"secretId": "s", "secretString": secret})

    id_, outputs = aws.create(type_, inputs)
    _, state, read_inputs = aws.read(type_, id_, outputs, inputs)

    assert outputs["secretString"] == state["secretString"] == read_inputs["secretString"] == secret
    assert file.properties("it")["secretString"] == "hunter2"
    assert aws.diff(type_, state, inputs).changes == NONE


def test_a_fault_fails_its_calls_as_often_as_it_says(aws, file):
    file.fail(Fault(operation="Create", type="aws:kms/*", message="AccessDenied: kms:CreateKey", times=1))

    with refusal("AccessDenied: kms:CreateKey"):
        aws.create(KEY, {})

    assert aws.create(KEY, {})[0]


def test_a_slow_call_ends_when_the_engine_cancels(aws, file):
    file.fail(Fault(operation="Create", seconds=60))
    request = provider_pb2.CreateRequest(urn=urn(KEY), properties=to_struct({}))
    begun = time.monotonic()

    call = aws.stub.Create.future(request)
    aws.stub.Cancel(empty_pb2.Empty())

    with refusal("was cancelled"):
        call.result()
    assert time.monotonic() - begun < 30


def test_another_region_than_the_clouds_is_refused(aws):
    request = provider_pb2.ConfigureRequest(variables={"aws:config:region": "us-west-2"})

    with refusal("the region is us-west-2, but this cloud is eu-west-1"):
        aws.stub.Configure(request)


def test_a_function_that_nobody_simulated_is_refused(aws):
    identity = aws.stub.Invoke(provider_pb2.InvokeRequest(tok="aws:index/getCallerIdentity:getCallerIdentity"))
    assert plain(getattr(identity, "return"))["accountId"] == HERE.account

    with refusal("aws:ec2/getVpc:getVpc has no simulated answer"):
        aws.stub.Invoke(provider_pb2.InvokeRequest(tok="aws:ec2/getVpc:getVpc"))


def test_the_process_answers_until_it_is_ended(tmp_path):
    port_file, cloud_file = tmp_path / "port", tmp_path / "cloud.json"
    options = {"--cloud-file": cloud_file, "--stack": "s", "--region": "eu-west-1", "--account": "123456789012"}
    arguments = [str(part) for pair in {**options, "--port-file": port_file}.items() for part in pair]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    command = [sys.executable, "-m", "tests.engine.provider", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            port = wait_for(port_file)
            client = Client(port)
            client.create(KEY, {})
            client.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()

    assert list(CloudFile(cloud_file).read().resources) == [KEY]


def wait_for(file):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if file.exists():
            return file.read_text()
        time.sleep(0.05)
    pytest.fail(f"{file} never appeared")
