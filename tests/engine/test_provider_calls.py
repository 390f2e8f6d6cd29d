"""The double by itself: what it makes, tells, changes and deletes, what it refuses, and what goes wrong on demand."""

import time

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from program.offline.simulation import Cloud
from tests.engine.client import CLUSTER, CLUSTER_INPUTS, FUNCTION, HERE, KEY, Client, refusal, urn
from tests.engine.cloud_file import Fault
from tests.engine.provider import serve
from tests.engine.refusals.secretsmanager import SECRET_VERSION
from tests.engine.wire import SECRET, SIGNATURE, UNKNOWN, plain, to_struct


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
    with refusal("api error DBClusterAlreadyExistsFault: a-cluster exists already"):
        aws.create(CLUSTER, cluster[2], name="another")


def test_two_stacks_of_one_account_share_its_names(aws, cluster, file):
    neighbour = Cloud(stack="another-stack", region=HERE.region, account=HERE.account)
    with serve(neighbour, file.path) as port:
        client = Client(port)
        with refusal("DBClusterAlreadyExistsFault"):
            client.create(CLUSTER, cluster[2])
        theirs, _ = client.create(KEY, {})
        client.close()
    ours, _ = aws.create(KEY, {})

    assert ours != theirs
    assert {held.stack for held in file.read().resources[KEY].values()} == {HERE.stack, neighbour.stack}


def test_a_resource_of_another_region_is_apart_from_its_namesake_here(aws, file):
    type_ = "aws:ecr/repository:Repository"
    made = {
        region: aws.create(type_, {"name": "app", "region": region}, name=region)
        for region in (HERE.region, "us-west-2")
    }
    there = made["us-west-2"][1]

    aws.delete(type_, "app", made[HERE.region][1])

    assert {id_ for id_, _ in made.values()} == {"app"}
    assert ":us-west-2:" in there["arn"]
    assert aws.read(type_, "app", there, {"name": "app", "region": "us-west-2"})[1] == there
    changed = aws.update(type_, "app", there, {}, {"name": "app", "region": "us-west-2", "tags": {"Project": "parity"}})
    assert changed["tags"] == {"Project": "parity"}
    assert list(file.read().resources[type_]) == ["us-west-2/app"]


def test_an_alarm_of_a_taken_name_takes_it_over(aws, file):
    type_ = "aws:cloudwatch/metricAlarm:MetricAlarm"
    aws.create(type_, {"name": "errors", "threshold": 1})

    aws.create(type_, {"name": "errors", "threshold": 2}, name="another")

    assert file.read().resources[type_]["errors"].properties["threshold"] == 2


def test_a_resource_that_is_made_again_gets_another_id(aws):
    first, _ = aws.create(KEY, {})
    aws.delete(KEY, first, {})

    second, _ = aws.create(KEY, {})

    assert first != second


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


def test_a_read_drops_a_default_that_is_none_any_more(aws, ground, file):
    function = ground.make(FUNCTION)
    file.set_property("it", "timeout", 900)

    _, _, read_inputs = aws.read(FUNCTION, function.id, function.outputs, function.inputs)

    assert read_inputs["timeout"] == 900
    assert "timeout" in function.inputs["__defaults"]
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

    with refusal("api error DBClusterNotFoundFault"):
        aws.update(CLUSTER, id_, outputs, inputs, inputs)


def test_a_cluster_without_a_last_snapshot_is_not_deleted(aws, cluster):
    id_, outputs, _ = cluster

    with refusal("finalSnapshotIdentifier of a-cluster is required"):
        aws.delete(CLUSTER, id_, {**outputs, "skipFinalSnapshot": False})


def test_a_deleted_resource_leaves_the_file_and_may_be_deleted_again(aws, cluster, file):
    id_, outputs, _ = cluster

    aws.delete(CLUSTER, id_, outputs)
    aws.delete(CLUSTER, id_, outputs)

    assert CLUSTER not in file.read().resources


def test_a_secret_keeps_its_mark_and_stands_in_the_file_as_aws_has_it(aws, ground, file):
    secret = {SIGNATURE: SECRET, "value": "hunter2"}

    version = ground.make(SECRET_VERSION, secretString=secret)
    _, state, read_inputs = aws.read(SECRET_VERSION, version.id, version.outputs, version.inputs)

    assert version.outputs["secretString"] == state["secretString"] == read_inputs["secretString"] == secret
    assert file.properties("it")["secretString"] == "hunter2"
    assert aws.diff(SECRET_VERSION, state, version.inputs).changes == provider_pb2.DiffResponse.DIFF_NONE


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
