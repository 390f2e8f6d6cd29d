"""One stack as declared, as planned and as deployed: the same manifest, and any difference by its name."""

import copy
import json

import pytest

from program.engine.manifests import deployed_manifest, planned_manifest
from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.pulumi_cli.events import read_events
from program.engine.sources import (
    DECLARED,
    DEPLOYED,
    PLANNED,
    compare_sources,
    declared_dependencies,
    hashes_of,
    planned_dependencies,
    read_manifest,
)
from program.errors import CouldNotRunError
from program.manifest.canonical import canonical
from program.manifest.normalise import UNKNOWN
from tests.program.engine.standin import (
    RECORDED,
    exported,
    recorded_checkpoint,
    recorded_log,
    stack_of,
)

CLUSTER = "aws:rds/cluster:Cluster::database-cluster"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy::monitoring-topic-policy"


@pytest.fixture
def settings():
    return stack_of().settings


@pytest.fixture
def deployed(settings, limits):
    return deployed_manifest(recorded_checkpoint("deployed"), settings, limits)


def planned(scene, settings, limits):
    return planned_manifest(recorded_log(scene), settings, limits)


def digests(manifest):
    return {key: entry["digest"] for key, entry in manifest["resources"].items()}


def manifest(**resources):
    """Return a manifest with these resources, by name, and an empty configuration."""
    return {
        "configuration": {},
        "resources": {f"t::{name}": {"inputs": inputs} for name, inputs in resources.items()},
    }


def found(declared, planned=None, deployed=None, *, sides=({}, {})):
    sources = {DECLARED: declared, PLANNED: planned, DEPLOYED: deployed}
    return [(item.resource, item.property, dict(item.values)) for item in compare_sources(sources, *sides)]


def test_a_value_that_is_encrypted_since_it_was_deployed_differs_and_is_not_shown():
    declared, plain = manifest(a={"endpoint": "${secret}", "other": 1}), manifest(a={"endpoint": "sesame", "other": 2})

    assert found(declared, planned=declared, deployed=plain) == [
        ("t::a", "endpoint", {DECLARED: "${secret}", PLANNED: "${secret}", DEPLOYED: "${not shown}"}),
        ("t::a", "other", {DECLARED: 1, PLANNED: 1, DEPLOYED: 2}),
    ]


class TestTheRecordedStack:
    def test_is_the_same_by_each_source(self, declared, deployed, settings, limits):
        plan = planned("unchanged-preview", settings, limits)

        assert digests(declared.manifest) == digests(plan) == digests(deployed)
        assert plan["resourcesHash"] == deployed["resourcesHash"]
        assert plan["configHash"] == deployed["configHash"] == declared.manifest["configHash"]
        assert compare_sources({DECLARED: declared.manifest, PLANNED: plan, DEPLOYED: deployed}, {}, {}) == ()

    def test_has_no_planned_hash_while_values_are_not_known(self, settings, limits):
        hashes = hashes_of(planned("first-preview", settings, limits))

        assert hashes.resources_hash is None
        assert hashes.unknowns > 0
        assert hashes_of(None) is None

    def test_is_planned_as_declared_although_much_is_not_known_yet(self, declared, settings, limits):
        plan = planned("first-preview", settings, limits)
        come_from = planned_dependencies(RECORDED / "first-preview" / "preview.json")

        sources = {DECLARED: declared.manifest, PLANNED: plan, DEPLOYED: None}
        assert compare_sources(sources, declared_dependencies(declared.resources), come_from) == ()

    def test_a_changed_property_is_found_and_named(self, declared, settings, limits):
        data = json.loads(exported("deployed"))
        for resource in data["deployment"]["resources"]:
            if resource["urn"].endswith("::database-cluster"):
                resource["inputs"]["backupRetentionPeriod"] = 1
        changed = deployed_manifest(parse_checkpoint(json.dumps(data), "x"), settings, limits)

        (difference,) = compare_sources({DECLARED: declared.manifest, DEPLOYED: changed}, {}, {})

        assert (difference.resource, difference.property) == (CLUSTER, "backupRetentionPeriod")
        assert difference.values[DEPLOYED] == 1
        assert changed["resourcesHash"] != declared.manifest["resourcesHash"]

    def test_a_planned_change_is_seen_beside_what_is_deployed(self, declared, deployed, settings, limits):
        plan = planned("changing-preview", settings, limits)

        differences = compare_sources({DECLARED: declared.manifest, PLANNED: plan, DEPLOYED: deployed}, {}, {})

        by_path = {(item.resource, item.property): item.values for item in differences}
        assert by_path[CLUSTER, "databaseName"][PLANNED] == "another"
        assert by_path[CLUSTER, "databaseName"][DEPLOYED] != "another"

    @pytest.mark.parametrize("name", ["empty", "destroyed", "half-deployed"])
    def test_has_no_manifest_until_a_deployment_has_ended(self, settings, limits, name):
        assert deployed_manifest(recorded_checkpoint(name), settings, limits) is None

    def test_has_no_planned_manifest_of_a_run_that_did_not_come_to_its_outputs(self, settings, limits, tmp_path):
        assert planned_manifest(read_events(tmp_path / "nothing"), settings, limits) is None

    def test_what_is_deleted_is_not_planned(self, settings, limits):
        assert planned_manifest(recorded_log("destroy"), settings, limits) is None


class TestThePlace:
    """Region, account and network are told by the resources themselves."""

    def state(self, *more):
        configuration = {"environment": "here", "configuration": {}, "configHash": "c", "baselineHash": "b"}
        outputs = {
            "configManifest": json.dumps(configuration),
            "environmentName": "here",
            "environmentSuffix": "main",
        }
        return [{"urn": "urn:x::stack", "type": "pulumi:pulumi:Stack", "outputs": outputs}, *more]

    def inputs(self, resources, settings, limits, name="topic"):
        checkpoint = parse_checkpoint(json.dumps({"deployment": {"resources": resources}}), "x")
        return deployed_manifest(checkpoint, settings, limits)["resources"][f"aws:sns/topic:Topic::{name}"]["inputs"]

    def topic(self, name="topic", **inputs):
        urn = f"urn:x::{name}"
        return {"urn": urn, "type": "aws:sns/topic:Topic", "custom": True, "inputs": inputs}

    def test_most_arns_decide_on_region_and_account(self, limits):
        own, foreign = "arn:aws:sns:eu-west-3:222233334444:{}", "arn:aws:kms:us-west-1:999988887777:key/x"
        state = self.state(self.topic(a=own.format("x"), b=own.format("y"), c=foreign, d="arn:aws:iam::123456789012:x"))

        found = self.inputs(state, None, limits)

        assert found["a"] == "arn:aws:sns:${region}:${account}:x"
        assert found["c"] == foreign

    def test_a_stack_without_arns_has_neither(self, limits):
        assert self.inputs(self.state(self.topic(a="x", b=3)), None, limits) == {"a": "x", "b": 3}

    def test_the_network_is_the_other_stacks_outputs(self, limits):
        reference = {
            "urn": "urn:x::networking",
            "type": "pulumi:pulumi:StackReference",
            "custom": True,
            "outputs": {"outputs": {"vpcId": "vpc-12345678"}},
        }

        found = self.inputs(self.state(reference, self.topic(a="vpc-12345678")), None, limits)

        assert found == {"a": "${networking.vpcId}"}

    def test_or_what_the_settings_give(self, settings, limits):
        given = settings.model_copy(update={"vpc_id": "vpc-87654321", "private_subnet_ids": ("subnet-11111111",)})

        found = self.inputs(self.state(self.topic(a="vpc-87654321", b=["subnet-11111111"])), given, limits)

        assert found == {"a": "${networking.vpcId}", "b": ["${networking.privateSubnetIds[0]}"]}

    def test_a_components_outputs_name_nothing(self, limits):
        component = {
            "urn": "urn:x::component",
            "type": "tap:components:Topic",
            "outputs": {"topicArn": "arn-of-the-topic"},
        }

        assert self.inputs(self.state(component, self.topic(a="arn-of-the-topic")), None, limits) == {
            "a": "arn-of-the-topic"
        }


class TestUnknownValues:
    def test_are_no_difference_by_themselves(self):
        assert found(manifest(a={"arn": "x"}), manifest(a={"arn": UNKNOWN})) == []

    def test_cover_what_is_declared_below_them(self):
        declared = manifest(a={"policy": {"x": 1}, "list": ["y"]})

        assert found(declared, manifest(a={"policy": UNKNOWN, "list": UNKNOWN})) == []

    def test_do_not_cover_what_only_begins_like_them(self):
        differences = found(manifest(a={"arn": "x", "arnPrefix": 1}), manifest(a={"arn": UNKNOWN, "arnPrefix": 2}))

        assert differences == [("t::a", "arnPrefix", {DECLARED: 1, PLANNED: 2})]

    def test_hide_no_difference_between_the_others(self):
        differences = found(manifest(a={"arn": "x"}), manifest(a={"arn": UNKNOWN}), manifest(a={"arn": "y"}))

        assert differences == [("t::a", "arn", {DECLARED: "x", PLANNED: UNKNOWN, DEPLOYED: "y"})]

    def test_hide_nothing_of_another_resource(self):
        differences = found(manifest(a={"arn": "x"}, b={"arn": 1}), manifest(a={"arn": UNKNOWN}, b={"arn": 2}))

        assert [item[0] for item in differences] == ["t::b"]

    def test_that_come_from_other_resources_are_a_difference(self):
        sides = ({"t::a": {"arn": ("urn:x::one", "urn:x::two")}}, {"t::a": {"arn": ("urn:x::three",)}})

        differences = found(manifest(a={"arn": "x"}), manifest(a={"arn": UNKNOWN}), sides=sides)

        assert differences == [("t::a", "arn (comes from)", {DECLARED: "one, two", PLANNED: "three"})]

    def test_that_come_from_nowhere_are_a_difference_too(self):
        sides = ({"t::a": {"list": ("urn:x::one",)}}, {})

        differences = found(manifest(a={"list": ["x"]}), manifest(a={"list": [UNKNOWN]}), sides=sides)

        assert differences == [("t::a", "list (comes from)", {DECLARED: "one", PLANNED: ""})]

    def test_let_a_text_stand_that_is_made_from_them(self):
        declared = manifest(a={"arn": "x"}, b={"name": "begin-${a.id}-${c.arn}-end"})
        plan = manifest(a={"arn": UNKNOWN}, b={"name": "begin-made-too-end"})

        assert found(declared, plan) == []

    @pytest.mark.parametrize("text", ["other-made-too-end", "begin-made-too-other", "begin-end", 3])
    def test_let_no_other_text_stand(self, text):
        declared = manifest(a={"arn": "x"}, b={"name": "begin-${a.id}-${c.arn}-end"})

        assert found(declared, manifest(a={"arn": UNKNOWN}, b={"name": text}))

    def test_are_needed_for_a_text_to_stand(self):
        differences = found(manifest(b={"name": "begin-${a.id}"}), manifest(b={"name": "begin-made"}))

        assert [item[1] for item in differences] == ["name"]

    def test_a_place_is_no_reference(self):
        declared = manifest(a={"arn": "x"}, b={"name": "${environment}-x"})

        assert found(declared, manifest(a={"arn": UNKNOWN}, b={"name": "another-x"}))


def test_a_resource_that_is_missing_somewhere_is_a_difference():
    assert found(manifest(a={}, b={}), None, manifest(a={})) == [
        ("t::b", "(resource)", {DECLARED: "present", DEPLOYED: None})
    ]


def test_the_configuration_is_compared_exactly():
    one, other = ({**manifest(), "configuration": {"lambda": {"memory": memory}}} for memory in (1, True))

    assert found(one, None, other) == [("configuration", "lambda.memory", {DECLARED: 1, DEPLOYED: True})]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"steps": null}', '{"steps": [{"oldState": {}}]}'])
def test_a_preview_that_wrote_nothing_has_no_dependencies(tmp_path, text):
    file = tmp_path / "preview.json"
    if text:
        file.write_text(text)
    if text == "[]":
        file.write_text('{"steps": []}')

    assert planned_dependencies(file) == {}


def test_dependencies_are_sorted_by_resource_and_property(tmp_path):
    file = tmp_path / "preview.json"
    state = {"urn": "urn:x::a", "type": "t", "propertyDependencies": {"p": ["urn:x::c", "urn:x::b"]}}
    file.write_text(json.dumps({"steps": [{"newState": state}, {"newState": {"urn": "urn:x::n", "type": "t"}}]}))

    assert planned_dependencies(file) == {"t::a": {"p": ("urn:x::b", "urn:x::c")}, "t::n": {}}


class TestAManifestInAFile:
    def test_is_what_manifest_printed(self, tmp_path, declared):
        file = tmp_path / "manifest.json"
        file.write_bytes(canonical(declared.manifest))

        assert hashes_of(read_manifest(file)) == hashes_of(declared.manifest)
        assert compare_sources({DECLARED: declared.manifest, DEPLOYED: read_manifest(file)}, {}, {}) == ()

    @pytest.mark.parametrize("change", [None, "no JSON", [], {}, "configHash", "resources", "inputs", "unknowns"])
    def test_or_nothing(self, tmp_path, declared, change):
        file = tmp_path / "manifest.json"
        data = copy.deepcopy(declared.manifest)
        if change == "inputs":
            data["resources"] = {"t::a": {}}
        elif change == "unknowns":
            data["unknowns"] = "many"
        elif isinstance(change, str) and change in data:
            del data[change]
        if change is not None:
            file.write_text(json.dumps(data if isinstance(change, str) and change != "no JSON" else change))
        if change == "no JSON":
            file.write_text("no JSON")

        with pytest.raises(CouldNotRunError, match=rf"^{file} is no manifest; give what `manifest STACK` prints$"):
            read_manifest(file)
