"""What `pulumi stack export` prints is read, and anything else refused."""

import json

import pytest

from program.engine.pulumi_cli.checkpoint import parse_checkpoint, refuse_pending
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
    with pytest.raises(CouldNotRunError, match=r"^an update of stack here was cut off and left: creating urn:a, upd"):
        refuse_pending(checkpoint, "here")


def test_what_a_replacement_has_not_deleted_is_named_and_is_not_what_took_its_place():
    state = json.loads(exported("deployed"))
    resources = state["deployment"]["resources"]
    cluster = next(item for item in resources if item["urn"].endswith("::database-cluster"))
    resources.insert(0, cluster | {"delete": True, "id": "old"})

    checkpoint = parse_checkpoint(json.dumps(state), "x")

    assert checkpoint.undeleted == (cluster["urn"],)
    assert checkpoint.states == recorded_checkpoint("deployed").states
    assert checkpoint.hash != recorded_checkpoint("deployed").hash
    # The next update deletes it; until then nothing is unknown.
    refuse_pending(checkpoint, "here")


def test_a_deployment_that_ended_leaves_nothing_to_refuse():
    refuse_pending(recorded_checkpoint("deployed"), "here")


def test_components_and_pulumis_own_are_not_of_the_cloud():
    types = {state.type for state in recorded_checkpoint("deployed").states if not state.of_the_cloud}

    assert {item.partition(":")[0] for item in types} == {"pulumi", "tap"}


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
    with pytest.raises(CouldNotRunError, match=r"^the file can't be read as a deployment; give what `pulumi stack exp"):
        parse_checkpoint(text, "the file")


def test_the_hash_changes_with_any_property_and_not_with_the_time_of_writing():
    data = json.loads(exported("deployed"))
    before = parse_checkpoint(json.dumps(data), "x").hash
    data["deployment"]["manifest"] = {"time": "2030-01-01"}
    assert parse_checkpoint(json.dumps(data), "x").hash == before

    data["deployment"]["resources"][-1]["inputs"]["another"] = 1
    assert parse_checkpoint(json.dumps(data), "x").hash != before


@pytest.mark.parametrize(
    ("provider", "keys"),
    [
        ({}, {}),
        ({"type": "passphrase", "state": {"salt": "v1:a"}}, {"encryptionsalt": "v1:a"}),
        (
            {"type": "cloud", "state": {"url": "awskms://alias/x", "encryptedkey": "QUJD"}},
            {"secretsprovider": "awskms://alias/x", "encryptedkey": "QUJD"},
        ),
    ],
    ids=["none", "passphrase", "cloud"],
)
def test_what_the_secrets_are_encrypted_with_is_told_as_a_stack_file_says_it(provider, keys):
    assert parse_checkpoint(json.dumps({"deployment": {"secrets_providers": provider}}), "x").keys == keys
