"""What `pulumi stack export` prints is read, and anything else refused."""

import json

import pytest

from program.engine.checkpoint import parse_checkpoint
from program.errors import CouldNotRunError
from tests.program.engine.standin import exported, recorded_checkpoint


def test_the_recorded_deployment_is_read():
    checkpoint = recorded_checkpoint("deployed")

    assert checkpoint.deployed
    assert checkpoint.pending == ()
    assert {"configManifest", "environmentName", "environmentSuffix"} <= set(checkpoint.outputs)
    cluster = next(state for state in checkpoint.states if state.name == "database-cluster")
    assert (cluster.type, cluster.custom) == ("aws:rds/cluster:Cluster", True)
    assert cluster.id
    assert cluster.inputs["storageEncrypted"] is True
    assert cluster.outputs["arn"].startswith("arn:aws:rds:")


@pytest.mark.parametrize("name", ["empty", "destroyed"])
def test_a_stack_that_has_nothing_is_not_deployed(name):
    checkpoint = recorded_checkpoint(name)

    assert not checkpoint.deployed
    assert checkpoint.outputs == {}


def test_operations_that_an_update_left_are_named():
    pending = [
        {"type": "updating", "resource": {"urn": "urn:b"}},
        {"type": "creating", "resource": {"urn": "urn:a"}},
    ]

    checkpoint = parse_checkpoint(json.dumps({"deployment": {"pending_operations": pending}}), "x")

    assert checkpoint.pending == ("creating urn:a", "updating urn:b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"deployment": null}',
        '{"deployment": []}',
        '{"deployment": {"resources": [{"urn": "x"}]}}',
        '{"deployment": {"resources": ["x"]}}',
        '{"deployment": {"resources": 3}}',
        '{"deployment": {"pending_operations": [{"type": "creating"}]}}',
    ],
)
def test_anything_else_is_refused_in_one_line_that_names_the_source(text):
    with pytest.raises(
        CouldNotRunError, match=r"^the file is no deployment \(.*\); give what `pulumi stack export` pr"
    ):
        parse_checkpoint(text, "the file")


def test_the_hash_changes_with_any_property_and_not_with_the_time_of_writing():
    data = json.loads(exported("deployed"))
    before = parse_checkpoint(json.dumps(data), "x").hash
    data["deployment"]["manifest"] = {"time": "2030-01-01"}
    assert parse_checkpoint(json.dumps(data), "x").hash == before

    data["deployment"]["resources"][-1]["inputs"]["another"] = 1
    assert parse_checkpoint(json.dumps(data), "x").hash != before
