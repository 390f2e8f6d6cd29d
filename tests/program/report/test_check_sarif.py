import json

import jsonschema
import pytest

from program.report.check_formats import render
from tests.program.report.results import CLUSTER, clean, finding, result, stack, violating
from tests.program.report.sarif_subset import LOG


def sarif(checked):
    return json.loads(render("sarif", checked))["runs"][0]


@pytest.mark.parametrize("checked", [clean(), violating(), result()], ids=["clean", "violating", "no stack"])
def test_the_log_keeps_to_the_standard(checked):
    jsonschema.validate(json.loads(render("sarif", checked)), LOG)


def test_every_result_points_at_its_rule():
    run = sarif(violating())
    rules = run["tool"]["driver"]["rules"]

    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [each["ruleId"] for each in run["results"]]
    assert sorted({each["ruleId"] for each in run["results"]}) == [rule["id"] for rule in rules]


def test_what_blocks_is_an_error_what_advises_a_warning_and_what_is_exempt_a_suppressed_note():
    levels = {each["ruleId"]: (each["level"], "suppressions" in each) for each in sarif(violating())["results"]}

    assert levels == {
        "kms-rotation": ("error", False),
        "lambda-failure-path": ("note", True),
        "parity": ("error", False),
        "rds-encrypted": ("error", False),
        "rds-nondefault-port": ("note", True),
        "rds-pgaudit": ("error", False),
        "sns-subscribed": ("warning", False),
        "stack-settings": ("error", False),
        "stale-difference": ("error", False),
    }


def fingerprints(*stacks):
    return [each["partialFingerprints"] for each in sarif(result(*stacks))["results"]]


def encrypted(name, message="storageEncrypted is false", line=102):
    return stack(
        name,
        finding(
            "rds-encrypted", message, stack=name, kind=CLUSTER, source=f"program/service/components/database.py:{line}"
        ),
    )


def test_a_finding_is_the_same_one_when_its_line_words_and_stacks_change():
    assert fingerprints(encrypted("dev")) == fingerprints(encrypted("prod", "storageEncrypted is unset", 150))


def test_two_findings_are_never_one():
    prints = [each["partialFingerprints"]["parityFinding/v1"] for each in sarif(violating())["results"]]

    assert len(set(prints)) == len(prints)


def test_settings_of_two_stacks_are_two_findings():
    stacks = [stack(name, finding("stack-settings", "the file is empty", stack=name)) for name in ("dev", "prod")]

    first, second = fingerprints(*stacks)
    assert first != second


def test_a_difference_is_shown_at_the_line_that_makes_the_resource():
    (first, *_) = [
        each for each in sarif(violating())["results"] if "monitoring-topic policy" in each["message"]["text"]
    ]

    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "program/service/components/monitoring.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 8},
    }


def test_what_has_no_place_is_said_of_the_project():
    nowhere = finding("rds-encrypted", "x", kind=CLUSTER)
    nowhere = type(nowhere)(
        rule="rds-encrypted", level="mandatory", outcome="failed", resource=None, message="x", source=None
    )

    (only,) = sarif(result(stack("dev", nowhere)))["results"]
    assert only["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.yaml"
