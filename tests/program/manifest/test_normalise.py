"""Normalising and hashing: what is the same gives the same hash in any order, and what is not gives another."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.limits import load_limits
from program.manifest.canonical import canonical, digest
from program.manifest.normalise import ASSET, SECRET, Normaliser, Place, Resource, leaves, marked, of_a_network
from program.manifest.resources import full_manifest, is_compared
from program.offline.redaction import redacted

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRETS = "1b47061264138c4ac30d75fd1eb44270"
ASSETS = "c44067f5952c0a294b673a41bacd8c17"
SENTINEL = "hunter2-sentinel"
PROD = Place(
    environment="prod",
    suffix="main",
    region="us-east-1",
    account="111122223333",
    networking={"vpcId": "vpc-aaaaaaaa", "privateSubnetIds": ["subnet-a1", "subnet-a2"]},
)
DEV = Place(
    environment="dev",
    suffix="pr-7",
    region="eu-west-2",
    account="444455556666",
    networking={"vpcId": "vpc-bbbbbbbb", "privateSubnetIds": ["subnet-b1", "subnet-b2"]},
)

keys = st.text(alphabet="abcXYZ_.", min_size=1, max_size=6)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=6
)
inputs = st.dictionaries(keys, values, max_size=4)
systems = st.dictionaries(keys, inputs, min_size=1, max_size=3)


def resource(name, found, outputs=None, type_="aws:x/y:Y"):
    return Resource(type=type_, name=name, inputs=found, outputs=outputs or {})


def normalised(place, found, *others):
    subject = resource("subject", found)
    return Normaliser(place, [subject, *others]).inputs(subject)


def manifest(system, place=PROD):
    return full_manifest({}, place, [resource(name, found) for name, found in system.items()], load_limits())


def shuffled(value, seed):
    """Return the same data with every object's keys in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        random.Random(seed).shuffle(items)
        return {key: shuffled(item, seed + 1) for key, item in items}
    return [shuffled(item, seed + 1) for item in value] if isinstance(value, list) else value


@given(systems, st.integers(0, 1000))
def test_any_order_of_keys_and_resources_gives_the_same_bytes(system, seed):
    assert canonical(manifest(shuffled(system, seed))) == canonical(manifest(system))


@given(systems, st.data())
def test_one_changed_property_gives_another_hash(system, data):
    name = data.draw(st.sampled_from(sorted(system)))
    one, other = data.draw(st.lists(st.text(alphabet="qrs", min_size=1), min_size=2, max_size=2, unique=True))
    first = {**system, name: {**system[name], "changed": one}}
    second = {**system, name: {**system[name], "changed": other}}

    assert manifest(first)["resourcesHash"] != manifest(second)["resourcesHash"]
    assert manifest(first)["resourcesHash"] != manifest(system)["resourcesHash"]


@given(systems, keys)
def test_one_resource_more_gives_another_hash(system, name):
    more = {**system, f"{name}-more": {}}

    assert manifest(more)["resourcesHash"] != manifest(system)["resourcesHash"]


@given(systems)
def test_every_resource_keeps_the_digest_of_its_inputs(system):
    entries = manifest(system)["resources"]

    assert {key: entry["digest"] for key, entry in entries.items()} == {
        key: digest(entry["inputs"]) for key, entry in entries.items()
    }


@given(inputs)
def test_normalising_twice_changes_nothing(found):
    once = normalised(PROD, found)

    assert normalised(PROD, once) == once


def with_secret(depth, found, wrap):
    value = {SIGNATURE: SECRETS, "value": wrap(SENTINEL)}
    for level in range(depth):
        value = [value] if level % 2 else {"inner": value, **found}
    return {"holder": value, **found}


@given(
    st.integers(0, 6),
    inputs,
    st.sampled_from([str, lambda text: [text], lambda text: {"password": text}, lambda t: json.dumps({"password": t})]),
)
def test_a_secret_is_shown_neither_by_the_manifest_nor_by_redacted_inputs(depth, found, wrap):
    holder = with_secret(depth, found, wrap)

    for shown in (redacted(holder), normalised(PROD, holder), manifest({"holder": holder})):
        assert SENTINEL not in json.dumps(shown)
        assert SECRET in json.dumps(shown)


@given(inputs)
def test_redaction_leaves_what_is_no_secret(found):
    assert redacted(found) == found


@pytest.mark.parametrize("number", [2.0**53, -(2.0**60), 1e300])
def test_a_number_beyond_jsons_whole_ones_has_a_hash_too(number):
    assert manifest({"x": {"a": number}})["resourcesHash"] != manifest({"x": {"a": 1.0}})["resourcesHash"]


def test_assets_and_secrets_are_told_apart():
    assert marked({SIGNATURE: SECRETS, "value": 1}) == SECRET
    assert marked({SIGNATURE: ASSETS, "path": "/somewhere/of/this/machine"}) == ASSET
    assert marked({"path": "x"}) is None


def test_redacted_numbers_are_whole_where_they_are():
    assert redacted({"b": [7.0, 7.5, True], "a": {"c": 1.0}}) == {"a": {"c": 1}, "b": [7, 7.5, True]}
    assert json.dumps(redacted({"b": 7.0})) == '{"b": 7}'


@pytest.mark.parametrize(
    ("in_prod", "in_dev", "same"),
    [
        ("prod-db-cluster-main", "dev-db-cluster-pr-7", "${environment}-db-cluster-${suffix}"),
        ("alias/prod-tap-key-main", "alias/dev-tap-key-pr-7", "alias/${environment}-tap-key-${suffix}"),
        ("prod-*-alarm-main", "dev-*-alarm-pr-7", "${environment}-*-alarm-${suffix}"),
        ("prod", "dev", "${environment}"),
        ("logs.us-east-1.amazonaws.com", "logs.eu-west-2.amazonaws.com", "logs.${region}.amazonaws.com"),
        ("us-east-1a", "eu-west-2a", "${region}a"),
        ("arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root", "arn:aws:iam::${account}:root"),
        ("vpc-aaaaaaaa", "vpc-bbbbbbbb", "${networking.vpcId}"),
        (["subnet-a1", "subnet-a2"], ["subnet-b1", "subnet-b2"], None),
        (
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/app@sha256:00",
            "999988887777.dkr.ecr.eu-west-2.amazonaws.com/app@sha256:00",
            "${registry}/app@sha256:00",
        ),
        ('{"b": "prod", "a": [7.0]}', '{"a":[7],"b":"dev"}', {"a": [7], "b": "${environment}"}),
    ],
)
def test_what_names_a_place_or_a_copy_becomes_a_placeholder(in_prod, in_dev, same):
    prod, dev = normalised(PROD, {"x": in_prod}), normalised(DEV, {"x": in_dev})

    assert prod == dev
    if same is not None:
        assert prod == {"x": same}


def test_what_a_networking_stack_exports_beside_its_network_names_nothing():
    network = {**PROD.networking, "environmentName": "prod", "environmentSuffix": "main", "team": "database"}
    place = replace(PROD, networking=of_a_network(network))

    assert normalised(place, {"x": "prod-database-main", "y": "vpc-aaaaaaaa"}) == {
        "x": "${environment}-database-${suffix}",
        "y": "${networking.vpcId}",
    }


@pytest.mark.parametrize(
    "text",
    [
        "product",
        "prod-like",
        "non-prod-db-cluster-main",
        "prod-db-cluster-mainly",
        "main",
        "us-east-11",
        "9111122223333",
        "[not json",
        "{",
        "[NaN]",
        "[1e999]",
        f"[{2**60}]",
        "[" * 100_000,
    ],
)
def test_what_only_looks_like_it_stays(text):
    assert normalised(PROD, {"x": text}) == {"x": text}


def test_the_suffix_stands_alone_in_tags_only():
    found = normalised(PROD, {"tags": {"EnvironmentSuffix": "main", "Environment": "prod"}, "branch": "main"})

    assert found == {"tags": {"EnvironmentSuffix": "${suffix}", "Environment": "${environment}"}, "branch": "main"}
    assert normalised(PROD, {"tags": ["main"]}) == {"tags": ["main"]}


def test_what_the_provider_added_goes():
    found = {"a": 1, "__defaults": ["b"], "tagsAll": {"c": "d"}, "e": None, "f": {"__defaults": [], "g": None, "h": 2}}

    assert normalised(PROD, found) == {"a": 1, "f": {"h": 2}}


def test_another_resources_output_is_named_wherever_it_stands():
    key = resource("key", {}, {"id": "1111-2222-3333", "arn": "arn:aws:kms:us-east-1:111122223333:key/1111-2222-3333"})
    arn = key.outputs["arn"]

    assert normalised(PROD, {"x": arn}, key) == {"x": "${key.arn}"}
    assert normalised(PROD, {"x": f"{arn}:*"}, key) == {"x": "${key.arn}:*"}
    assert normalised(PROD, {"x": "1111-2222-3333"}, key) == {"x": "${key.id}"}
    assert normalised(PROD, {"x": json.dumps({"Resource": [arn]})}, key) == {"x": {"Resource": ["${key.arn}"]}}


def test_a_value_of_several_outputs_has_one_name_whoever_comes_first():
    arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:one-abcdef"
    secret = resource("secret", {}, {"id": arn, "arn": arn})
    version = resource("a-version", {}, {"id": f"{arn}|1", "secretArn": arn})

    for others in ((secret, version), (version, secret)):
        assert normalised(PROD, {"x": arn}, *others) == {"x": "${secret.arn}"}


def test_a_name_that_was_asked_for_is_no_reference():
    group = resource("group", {"name": "shared-name"}, {"id": "shared-name", "name": "shared-name"})

    assert normalised(PROD, {"x": "shared-name"}, group) == {"x": "shared-name"}


def test_the_account_is_no_reference_to_its_owner():
    group = resource("group", {}, {"ownerId": "111122223333"})

    assert normalised(PROD, {"x": "111122223333"}, group) == {"x": "${account}"}


def test_leaves_are_paths_with_their_values():
    found = {"a": {"b": [1, {"c": 2}]}, "d": [], "e": {}}

    assert dict(leaves(found)) == {"a.b[0]": 1, "a.b[1].c": 2, "d": [], "e": {}}
    assert dict(leaves("text")) == {"": "text"}


def test_what_is_no_resource_of_the_system_is_not_compared():
    assert is_compared("aws:kms/key:Key")
    assert is_compared("tap:components:Database")
    for type_ in ("pulumi:pulumi:Stack", "pulumi:pulumi:StackReference", "pulumi:providers:aws"):
        assert not is_compared(type_)
