"""The double by itself: what it adds to inputs, and what it calls a change."""

import json

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.engine.client import CLUSTER, FUNCTION, KEY
from tests.engine.wire import UNKNOWN

SOME, NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE


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
    changed = {**inputs, "engineVersion": "16.3", "tags": {"Project": "other", "Owner": "somebody"}}

    found = aws.diff(CLUSTER, outputs, changed, ignored=["engineVersion", "tags.Owner"])

    assert list(found.detailedDiff) == ["tags.Project"]


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
