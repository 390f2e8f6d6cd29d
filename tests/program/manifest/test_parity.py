"""Manifests side by side: every difference named with each stack's value, declared or not, and stale declarations."""

import pytest

from policies.limits import Difference, load_limits
from program.manifest.differences import Comparison
from program.manifest.normalise import Place, Resource
from program.manifest.parity import compare
from program.manifest.resources import covers, full_manifest
from program.manifest.scaling import IMAGE_URI_PATH, baseline, scaling_paths
from program.offline.result import CheckResult, Finding, StackResult

PLACE = Place(environment="qa", suffix="one", region="eu-west-1", account="1" * 12, networking={})
WHY = "It is meant, for this test."
KEY = "aws:a/b:B::thing-1"


def declared(property_=None, type_="aws:a/b:B", name="thing-*"):
    presence = True if property_ is None else None
    return Difference(type=type_, name=name, property=property_, presence=presence, reason=WHY)


def limits_with(*differences):
    return load_limits().model_copy(update={"differences": list(differences)})


def manifest(resources, differences=(), **configuration):
    parts = [Resource(type="aws:a/b:B", name=name, inputs=inputs, outputs={}) for name, inputs in resources.items()]
    head = {"configuration": configuration, "baselineHash": "same"}
    return full_manifest(head, PLACE, parts, limits_with(*differences))


def compared(one, other, *differences, complete=True):
    manifests = {"one": manifest(one, differences), "two": manifest(other, differences)}
    return compare(manifests, limits_with(*differences), complete=complete)


def rows(comparison):
    return [(item.resource, item.property, dict(item.values), item.declared) for item in comparison.differences]


def test_equal_stacks_match():
    comparison = compared({"thing-1": {"a": 1}}, {"thing-1": {"a": 1.0}})

    assert comparison.match
    assert rows(comparison) == []


def test_a_difference_is_named_with_each_value():
    comparison = compared({"thing-1": {"a": {"b": [1, 2]}}}, {"thing-1": {"a": {"b": [1, 3]}}})

    assert not comparison.match
    assert rows(comparison) == [
        (KEY, "a.b[]", {"one": 2, "two": None}, False),
        (KEY, "a.b[]", {"one": None, "two": 3}, False),
    ]
    assert len(set(comparison.resources_hash.values())) == 2


def test_a_property_of_one_stack_alone_is_named_with_null():
    assert rows(compared({"thing-1": {}}, {"thing-1": {"a": True}})) == [(KEY, "a", {"one": None, "two": True}, False)]


def test_one_and_true_are_not_the_same():
    assert rows(compared({"thing-1": {"a": 1}}, {"thing-1": {"a": True}})) == [
        (KEY, "a", {"one": 1, "two": True}, False)
    ]


def test_a_missing_resource_is_null():
    comparison = compared({}, {"thing-1": {"a": 1}})

    assert rows(comparison) == [(KEY, "(resource)", {"one": None, "two": "present"}, False)]
    assert not comparison.match


@pytest.mark.parametrize("declaration", ["a", "a.b"])
def test_a_declared_property_covers_what_is_below_it(declaration):
    comparison = compared({"thing-1": {"a": {"b": 1}}}, {"thing-1": {"a": {"b": 2}}}, declared(declaration))

    assert rows(comparison) == [(KEY, "a.b", {"one": 1, "two": 2}, True)]
    assert len(set(comparison.resources_hash.values())) == 1
    assert comparison.match


def test_a_declared_presence_covers_a_missing_resource():
    comparison = compared({}, {"thing-1": {"a": 1}}, declared())

    assert rows(comparison) == [(KEY, "(resource)", {"one": None, "two": "present"}, True)]
    assert comparison.match


def test_a_declared_presence_does_not_cover_a_property():
    comparison = compared({"thing-1": {"a": 1}}, {"thing-1": {"a": 2}}, declared())

    assert [row[3] for row in rows(comparison)] == [False]
    assert not comparison.match


def test_a_declaration_that_no_stack_needs_is_stale():
    comparison = compared({"thing-1": {"a": 1}}, {"thing-1": {"a": 1}}, declared("a"), declared(name="gone"))

    assert comparison.stale == ("aws:a/b:B thing-*: property a", "aws:a/b:B gone: presence")
    assert not comparison.match


def test_some_of_the_stacks_can_not_tell_what_is_stale():
    comparison = compared({"thing-1": {}}, {"thing-1": {}}, declared("a"), complete=False)

    assert comparison.stale == ()
    assert comparison.match


@pytest.mark.parametrize(
    ("declaration", "path", "covered"),
    [
        (declared("a"), "a", True),
        (declared("a"), "a.b", True),
        (declared("a"), "a[0]", True),
        (declared("a"), "ab", False),
        (declared("a.b"), "a", False),
        (declared("a"), None, False),
        (declared(), None, True),
        (declared(), "a", False),
        (declared("a", type_="aws:c/*"), "a", False),
        (declared("a", name="other-*"), "a", False),
        (declared("a", type_="aws:*"), "a", True),
    ],
)
def test_what_a_declaration_covers(declaration, path, covered):
    assert covers(declaration, KEY, path) is covered


def test_scaling_of_the_configuration_is_declared_and_nothing_else():
    one = manifest({}, **{"lambda": {"memory": 1024}, "backup": {"retentionDays": 7}})
    two = manifest({}, **{"lambda": {"memory": 2048}, "backup": {"retentionDays": 8}})

    assert rows(compare({"one": one, "two": two}, limits_with(), complete=False)) == [
        ("configuration", "backup.retentionDays", {"one": 7, "two": 8}, False),
        ("configuration", "lambda.memory", {"one": 1024, "two": 2048}, True),
    ]


def test_the_baseline_lacks_what_scales_and_the_registry():
    limits = load_limits()
    configuration = {"lambda": {"memory": 1, "timeoutSeconds": 2}, "docker": {"imageUri": "x", "digest": "y"}}

    assert baseline(configuration, limits) == {"lambda": {"timeoutSeconds": 2}, "docker": {"digest": "y"}}
    assert configuration["lambda"]["memory"] == 1
    assert baseline({"lambda": 5}, limits) == {"lambda": 5}
    assert IMAGE_URI_PATH in scaling_paths(limits)


def test_a_manifest_without_resources_is_compared_by_its_configuration():
    head = {"configuration": {}, "baselineHash": "a", "resourcesHash": "b", "resources": None}

    assert compare({"one": head, "two": head}, limits_with(), complete=True).match


@pytest.mark.parametrize("unknown", [("one",), ("one", "two")], ids=["of one stack", "of both"])
def test_what_has_no_resources_hash_is_never_the_same(unknown):
    manifests = {
        stack: {
            "configuration": {},
            "baselineHash": "a",
            "resourcesHash": None if stack in unknown else "b",
            "resources": None,
        }
        for stack in ("one", "two")
    }

    assert not compare(manifests, limits_with(), complete=True).match


def test_hashes_that_differ_are_no_match():
    assert not Comparison(baseline_hash={"a": "1", "b": "2"}, resources_hash={}, differences=(), stale=()).match
    assert Comparison(baseline_hash={}, resources_hash={}, differences=(), stale=()).match


@pytest.mark.parametrize(
    ("level", "outcome", "blocks"),
    [
        ("mandatory", "failed", True),
        ("mandatory", "error", True),
        ("mandatory", "undecided", True),
        ("mandatory", "exempt", False),
        ("advisory", "failed", False),
        ("advisory", "error", False),
    ],
)
def test_only_a_mandatory_finding_that_is_not_exempt_fails_the_check(level, outcome, blocks):
    finding = Finding(rule="r", level=level, outcome=outcome, resource=None, message="m", source=None)
    stack = StackResult(stack="s", environment=None, region=None, manifest=None, resources=(), findings=(finding,))
    comparison = Comparison(baseline_hash={}, resources_hash={}, differences=(), stale=())

    assert finding.blocks is blocks
    assert CheckResult(stacks=(stack,), comparison=comparison).ok is not blocks


def test_foundations_are_compared_with_no_other_and_differ_by_what_stands_on_them():
    one, other = manifest({"a": {"size": 1}}), manifest({"b": {"size": 2}})

    def found(project):
        return compare({f"{project}/main": one, f"{project}/second": other}, limits_with(), complete=True)

    assert found("network").differences
    assert not found("network").match
    assert found("foundation").differences == ()
    assert found("foundation").match
