"""What makes a stack comparable whatever it is read from: defaults, sets, values that are not known, its own file."""

import json

import pytest

from policies.limits import load_limits
from program.manifest.normalise import UNKNOWN, UNKNOWN_SENTINEL, Place, Resource, in_order, own_items
from program.manifest.resources import full_manifest
from program.offline.check import check_one
from program.project.definition import ROOT
from program.project.stackfile import read_stack_file
from program.service.settings import Settings
from tests.program.engine.standin import STACK, stack_of

PLACE = Place(environment="here", suffix="main", region="eu-west-3", account="222233334444", networking={})


def inputs(**given):
    resource = Resource(type="aws:sns/topic:Topic", name="topic", inputs=given, outputs={})
    manifest = full_manifest({}, PLACE, [resource], load_limits())
    return manifest["resources"]["aws:sns/topic:Topic::topic"]["inputs"], manifest


@pytest.mark.parametrize(
    ("given", "own"),
    [
        ({"a": 1, "b": 2, "__defaults": ["b"]}, {"a": 1}),
        ({"a": 1, "__defaults": []}, {"a": 1}),
        ({"a": 1, "__defaults": [3, {}]}, {"a": 1}),
        ({"a": 1, "__defaults": "a"}, {"a": 1}),
        ({"a": None, "tagsAll": {}, "b": False}, {"b": False}),
    ],
    ids=["a default", "no default", "no name", "no list", "null and the provider's tags"],
)
def test_what_the_program_gave_is_neither_a_default_nor_the_providers(given, own):
    assert dict(own_items(given)) == own


def test_defaults_are_left_out_at_every_depth():
    found, _ = inputs(a={"b": {"c": 1, "d": 2, "__defaults": ["d"]}}, tags={"T": "main", "__defaults": []})

    assert found == {"a": {"b": {"c": 1}}, "tags": {"T": "${suffix}"}}


@pytest.mark.parametrize(
    ("items", "ordered"),
    [
        (["b", "a"], ["a", "b"]),
        ([2, True, "1"], ["1", 2, True]),
        ([{"name": "b"}, {"name": "a"}], [{"name": "a"}, {"name": "b"}]),
        ([{"name": "a", "v": 2}, {"name": "a", "v": 1}], [{"name": "a", "v": 1}, {"name": "a", "v": 2}]),
        ([{"Sid": "b"}, {"Sid": "a"}], [{"Sid": "b"}, {"Sid": "a"}]),
        ([{"name": "b"}, {"name": 1}], [{"name": "b"}, {"name": 1}]),
        ([["b"], ["a"]], [["b"], ["a"]]),
        ([], []),
    ],
)
def test_sets_are_put_in_order_and_other_lists_stay(items, ordered):
    assert [repr(item) for item in in_order(items)] == [repr(item) for item in ordered]


def test_what_is_not_known_yet_is_counted_in_the_place_of_the_hash():
    found, manifest = inputs(arn=UNKNOWN_SENTINEL, a=[UNKNOWN_SENTINEL, "x"])

    assert found["arn"] == UNKNOWN
    assert (manifest["resourcesHash"], manifest["unknowns"]) == (None, 2)


def test_of_what_is_known_there_is_a_hash_and_no_count():
    _, manifest = inputs(arn="x")

    assert len(manifest["resourcesHash"]) == 64
    assert "unknowns" not in manifest


def test_the_network_of_the_settings_has_the_names_of_a_networking_stacks_outputs():
    given = {
        "vpcId": "vpc-12345678",
        "vpcCidr": "10.0.0.0/16",
        "privateSubnetIds": ["subnet-1"],
        "publicSubnetIds": ["subnet-2"],
        "availabilityZones": ["eu-west-3a"],
        "endpointSecurityGroupId": None,
    }
    fields = stack_of().settings.model_dump(by_alias=True) | given | {"networkingStackRef": None}
    texts = {key: json.dumps(value) if isinstance(value, list) else value for key, value in fields.items()}

    assert Settings.model_validate(texts).given_network == given


def test_a_stack_is_read_from_the_file_that_is_given(tmp_path):
    file = tmp_path / "review.yaml"
    file.write_text((ROOT / "stacks" / f"Pulumi.{STACK}.yaml").read_text() + "  parity:nonsense: 1\n")

    read = read_stack_file("pr-7", file=file)

    assert (read.stack, read.path, read.problems) == ("pr-7", "review.yaml", ())
    assert read.config["parity:nonsense"] == "1"
    assert {**read.config, "parity:nonsense": None} == {**read_stack_file(STACK).config, "parity:nonsense": None}


def test_what_is_wrong_with_that_file_is_found_at_its_line(tmp_path):
    file = tmp_path / "review.yaml"
    file.write_text("config:\n  parity:nonsense: 1\n")

    stack = stack_of("pr-7", file)

    assert stack.settings is None
    assert "review.yaml:2" in {finding.source for finding in stack.findings}


def test_one_stack_is_checked_by_itself(limits):
    result = check_one(stack_of(), limits, judge=False)

    assert (result.stack, result.findings) == (STACK, ())
    assert result.manifest["resourcesHash"]


def test_one_stack_that_cannot_be_deployed_has_its_findings_alone(limits, tmp_path):
    file = tmp_path / "review.yaml"
    file.write_text("config: {}\n")
    stack = stack_of("pr-7", file)

    result = check_one(stack, limits)

    assert (result.manifest, result.resources) == (None, ())
    assert set(result.findings) == set(stack.findings)
