import dataclasses
import json

from program.report.check_formats import render
from tests.program.report.results import FUNCTION, clean, difference, resource, result, stack, violating

FINDING = ["rule", "level", "outcome", "resource", "message", "source"]
RESOURCE = ["urn", "type", "name", "parent", "dependencies", "propertyDependencies", "inputs", "source"]


def document(checked):
    return json.loads(render("json", checked))


def test_the_document_has_the_agreed_keys_and_no_other():
    written = document(clean())

    assert list(written) == ["schemaVersion", "ok", "stacks", "comparison"]
    assert written["schemaVersion"] == 1
    assert list(written["stacks"][0]) == [
        "stack",
        "environment",
        "region",
        "manifest",
        "resources",
        "findings",
        "settings",
    ]
    assert list(written["stacks"][0]["resources"][0]) == RESOURCE
    assert list(written["stacks"][0]["findings"][0]) == FINDING
    assert list(written["comparison"]) == ["baselineHash", "resourcesHash", "match", "differences"]
    assert list(written["comparison"]["differences"][0]) == ["resource", "property", "values", "declared"]


def test_a_stack_that_cannot_be_deployed_is_there_with_nothing_in_it():
    dev = document(violating())["stacks"][0]

    assert (dev["environment"], dev["region"], dev["manifest"], dev["resources"]) == (None, None, None, [])
    assert [each["rule"] for each in dev["findings"]] == ["stack-settings"]


def test_stale_declarations_are_there_only_where_they_explain_the_verdict():
    assert document(violating())["comparison"]["stale"] == ["aws:sns/topic:Topic monitoring-*: property displayName"]


def test_the_order_in_which_a_program_sets_its_inputs_changes_no_byte():
    def written(inputs, dependencies):
        item = dataclasses.replace(resource("dev", FUNCTION), inputs=inputs, property_dependencies=dependencies)
        one = dataclasses.replace(stack("dev"), resources=(item,))
        return render("json", result(one, differences=[difference("x", {"dev": inputs})]))

    assert written({"a": [{"c": 1, "d": 2}], "b": 3}, {"a": ("u",), "b": ()}) == written(
        {"b": 3, "a": [{"d": 2, "c": 1}]}, {"b": (), "a": ("u",)}
    )
