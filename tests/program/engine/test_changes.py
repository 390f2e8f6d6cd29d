"""What a deployment changes, resource by resource, with nothing in it that must not be shown."""

import json

import pytest

from program.engine.changes import changes_of, property_changes, unchanged_count
from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import PropertyChange
from program.manifest.normalise import UNKNOWN_SENTINEL
from tests.program.engine.standin import recorded_log

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": "sesame"}
ASSET = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "hash": "abc"}
CLUSTER = "aws:rds/cluster:Cluster"
TOPIC = "aws:sns/topic:Topic"


def side(*, custom=True, **inputs):
    return Side(custom=custom, id="", inputs=inputs, outputs={})


def step(operation, old=None, new=None, type_=TOPIC, keys=()):
    urn = f"urn:pulumi:here::parity::{type_}::thing"
    return Step(
        planning=True, operation=operation, urn=urn, type=type_, old=old, new=new, differing=(), replace_keys=keys
    )


def named(changes):
    return {change.name: change for change in changes}


def test_the_first_preview_creates_every_resource_of_the_cloud_and_no_component(declared):
    sources = {resource.urn: resource.source for resource in declared.resources}

    changes = changes_of(recorded_log("first-preview").begun, sources)

    assert {change.operation for change in changes} == {"create"}
    clouds = {resource.urn: resource.source for resource in declared.resources if resource.type.startswith("aws:")}
    assert {change.urn: change.source for change in changes} == clouds
    assert unchanged_count(recorded_log("first-preview").begun) == 0


def test_a_preview_without_changes_has_none(declared):
    begun = recorded_log("unchanged-preview").begun

    assert changes_of(begun, {}) == ()
    assert unchanged_count(begun) == sum(resource.type.startswith("aws:") for resource in declared.resources)


@pytest.mark.parametrize("steps", [recorded_log("changing-preview").begun, recorded_log("changing-up").updated])
def test_a_replacement_is_one_change_with_the_property_that_forces_it(steps):
    changes = named(changes_of(steps, {}))

    cluster = changes["database-cluster"]
    assert (cluster.operation, cluster.stateful, cluster.loses_data) == ("replace", True, True)
    forcing = [item for item in cluster.properties if item.replaces]
    assert [(item.path, item.after) for item in forcing] == [("databaseName", "another")]
    function = changes["lambda-app-function"]
    assert (function.operation, function.loses_data) == ("update", False)
    assert PropertyChange(path="timeout", before=30, after=20) in function.properties


def test_a_destroy_deletes_every_resource_of_the_cloud(declared):
    changes = changes_of(recorded_log("destroy").updated, {})

    assert {change.operation for change in changes} == {"delete"}
    assert {change.urn for change in changes} == {
        resource.urn for resource in declared.resources if resource.type.startswith("aws:")
    }
    assert named(changes)["database-cluster"].loses_data
    assert not named(changes)["monitoring-topic-policy"].loses_data


@pytest.mark.parametrize("operations", [("replace", "create-replacement", "delete-replaced"), ("delete-replaced",)])
def test_the_steps_of_a_replacement_are_one_change(operations):
    sides = {
        "replace": (side(a=1), side(a=2)),
        "delete-replaced": (side(a=1), None),
        "create-replacement": (None, None),
    }
    steps = [step(operation, *sides[operation], type_=CLUSTER, keys=("a",)) for operation in operations]

    (change,) = changes_of(steps, {})

    assert change.operation == "replace"
    assert change.properties[0].before == 1


def test_the_step_with_properties_speaks_for_the_others():
    first = step("create-replacement", side(a=1), side(a=1))
    second = step("replace", side(a=1), side(a=2))

    (change,) = changes_of([first, second], {})

    assert [item.path for item in change.properties] == ["a"]


def test_a_step_on_a_component_or_on_pulumis_own_is_no_change():
    steps = [
        step("create", None, side(custom=False)),
        step("create", None, side(), type_="pulumi:providers:aws"),
        step("create"),
        step("refresh", side(), side()),
    ]

    assert changes_of(steps, {}) == ()


class TestProperties:
    def test_every_leaf_that_differs_is_told_and_no_other(self):
        found = property_changes({"a": {"b": 1, "c": [1, 2]}, "d": "x"}, {"a": {"b": 1, "c": [1, 3]}, "e": True})

        assert [(item.path, item.before, item.after) for item in found] == [
            ("a.c[]", 2, None),
            ("a.c[]", None, 3),
            ("d", "x", None),
            ("e", None, True),
        ]

    def test_nothing_is_the_same_as_an_empty_list_object_or_null(self):
        assert property_changes({"a": None, "b": [], "c": {}}, {}) == ()

    def test_1_is_not_true_and_0_is_not_false(self):
        found = property_changes({"a": 1, "b": 0}, {"a": True, "b": False})

        assert [item.path for item in found] == ["a", "b"]
        assert found[0].after is True

    @pytest.mark.parametrize(("marked", "marker"), [(SECRET, "${secret}"), (ASSET, "${asset}")])
    def test_a_secret_and_an_asset_are_markers(self, marked, marker):
        found = property_changes({}, {"a": {"b": marked}})

        assert [(item.path, item.after) for item in found] == [("a.b", marker)]
        assert "sesame" not in repr(found)

    @pytest.mark.parametrize(
        ("before", "after", "shown"),
        [
            ({"a": "sesame"}, {"a": SECRET}, ("${not shown}", "${secret}")),
            ({"a": SECRET}, {"a": "sesame"}, ("${secret}", "${not shown}")),
            ({"a": SECRET}, {"a": UNKNOWN_SENTINEL}, ("${secret}", "${unknown}")),
            ({"a": SECRET}, {}, ("${secret}", None)),
            ({"a": "sesame"}, {"a": "open"}, ("sesame", "open")),
        ],
    )
    def test_a_value_that_was_or_becomes_a_secret_is_shown_on_no_side(self, before, after, shown):
        (change,) = property_changes(before, after)

        assert (change.before, change.after) == shown

    def test_a_secret_that_changes_to_another_is_no_value_to_show(self):
        assert property_changes({"a": SECRET}, {"a": SECRET | {"value": "other"}}) == ()

    def test_a_json_document_is_opened(self):
        before = {"policy": json.dumps({"Statement": [{"Action": "a", "Effect": "Allow"}]})}
        after = {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": "b"}]}, indent=4)}

        found = property_changes(before, after)

        assert [(item.path, item.before, item.after) for item in found] == [
            ("policy.Statement[0].Action[]", "a", None),
            ("policy.Statement[0].Action[]", None, "b"),
        ]

    def test_one_action_is_the_same_as_a_list_of_it(self):
        one, other = (
            {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Principal": {"AWS": who}}]})}
            for action, who in (("a", ["b"]), (["a"], "b"))
        )

        assert property_changes(one, other) == ()

    def test_a_statement_goes_by_its_name_wherever_it_stands(self):
        first, second = ({"Sid": sid, "Effect": "Allow", "Action": "a"} for sid in ("One", "Two"))
        before = {"policy": json.dumps({"Statement": [first, second]})}
        after = {"policy": json.dumps({"Statement": [second | {"Action": ["a", "b"]}, first]})}

        (found,) = property_changes(before, after)

        assert (found.path, found.before, found.after) == ("policy.Statement[Two].Action[]", None, "b")

    def test_one_parameter_more_is_one_line(self):
        parameters = [{"name": name, "value": "1", "applyMethod": "immediate"} for name in ("b", "c")]
        added = {"name": "a", "value": "2", "applyMethod": "immediate"}

        (found,) = property_changes({"parameters": parameters}, {"parameters": [added, *parameters]})

        assert (found.path, found.before, found.after) == ("parameters[a]", None, added)

    def test_what_is_unknown_in_a_member_is_said_to_be(self):
        (found,) = property_changes({}, {"a": [{"b": [UNKNOWN_SENTINEL]}]})

        assert found.after == {"b": ["${unknown}"]}

    def test_a_text_that_only_begins_like_json_stays_text(self):
        (found,) = property_changes({"a": "[no"}, {"a": "{no"})

        assert (found.before, found.after) == ("[no", "{no")

    def test_what_is_not_known_yet_is_said_to_be(self):
        (found,) = property_changes({}, {"arn": UNKNOWN_SENTINEL})

        assert found.after == "${unknown}"

    def test_the_providers_defaults_are_no_change(self):
        assert property_changes({}, {"__defaults": ["a"], "a": 1, "tagsAll": {"b": "c"}}) == ()

    def test_the_forcing_property_is_marked_by_its_name_or_its_path(self):
        before, after = {"a": {"b": 1}, "c": [{"d": 1}], "e": 1}, {"a": {"b": 2}, "c": [{"d": 2}], "e": 2}

        by_name = property_changes(before, after, ["a", "c"])
        by_path = property_changes(before, after, ["c[0].d"])

        assert [item.path for item in by_name if item.replaces] == ["a.b", "c[0].d"]
        assert [item.path for item in by_path if item.replaces] == ["c[0].d"]


CODE = {"environment": {"variables": {"A": "1"}}, "cidrs": ["b", "a"], "tags": {"x": "1"}}


def undone(*, live, differing, detailed=(), code=None):
    """Return the properties of an update from what is live to the code, whose inputs were the same before."""
    old, new = (
        Side(custom=True, id="id", inputs=inputs, outputs=outputs)
        for inputs, outputs in ((CODE, live), (code or CODE, {}))
    )
    step = Step(
        planning=True,
        operation="update",
        urn="urn:pulumi:x::parity::aws:lambda/function:Function::f",
        type="aws:lambda/function:Function",
        old=old,
        new=new,
        differing=differing,
        replace_keys=(),
        detailed=detailed,
    )
    (change,) = changes_of([step], {})
    return [(item.path, item.before, item.after) for item in change.properties]


class TestWhatAnUpdateUndoes:
    """What the cloud alone has differs in no input: the outputs tell it, by the properties that the provider names."""

    def test_is_every_property_of_it(self):
        live = {"environment": {"variables": {"A": "1", "B": "2", "C": "3"}}, "cidrs": ["a", "b", "c"]}

        assert undone(live=live, differing=("environment", "cidrs")) == [
            ("cidrs[]", "c", None),
            ("environment.variables.B", "2", None),
            ("environment.variables.C", "3", None),
        ]

    def test_is_as_exact_as_the_provider(self):
        live = {"environment": {"computed": "x", "variables": {"A": "1", "B": "2"}}}

        assert undone(live=live, differing=("environment",), detailed=("environment.variables.B",)) == [
            ("environment.variables.B", "2", None)
        ]

    def test_stands_beside_what_the_code_changes(self):
        live = {"environment": {"variables": {"A": "1", "B": "2"}}, "tagsAll": {"x": "1"}}

        assert undone(live=live, differing=("environment", "tags", "tagsAll"), code=CODE | {"tags": {"x": "2"}}) == [
            ("environment.variables.B", "2", None),
            ("tags.x", "1", "2"),
        ]

    def test_is_named_where_nothing_tells_more(self):
        assert undone(live={}, differing=("policyText",)) == [("policyText", "${not shown}", "${not shown}")]

    def test_is_what_the_code_never_gave_too(self):
        assert undone(live={"kmsKeyId": "k"}, differing=("kmsKeyId",)) == [("kmsKeyId", "k", None)]
