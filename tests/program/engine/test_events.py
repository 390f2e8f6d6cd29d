"""The engine's event log is read as far as it was written."""

import json

import pytest

from policies.catalogue import RULES
from policies.pack import NAME
from program.engine.pulumi_cli.events import Diagnostic, read_events, step_of
from program.errors import CouldNotRunError
from tests.program.engine.standin import recorded_log

RULE = RULES[0]
URN = "urn:pulumi:here::parity::aws:sns/topic:Topic::topic"
STACK_URN = "urn:pulumi:here::parity::pulumi:pulumi:Stack::parity-here"


def log_of(tmp_path, *events, end="\n"):
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(event if isinstance(event, str) else json.dumps(event) for event in events) + end)
    return read_events(file)


def policy(message, *, level="mandatory", urn=URN, pack=NAME):
    data = {"policyPackName": pack, "policyName": RULE.id, "enforcementLevel": level, "message": message}
    return {"policyEvent": data | ({"resourceUrn": urn} if urn else {})}


def step(kind="resourcePreEvent", *, planning=True, **metadata):
    return {
        kind: {"metadata": {"op": "create", "urn": URN, "type": "aws:sns/topic:Topic"} | metadata, "planning": planning}
    }


def test_the_recorded_preview_is_read():
    log = recorded_log("first-preview")

    begun = {item.name: item for item in log.begun}
    assert begun["database-cluster"].operation == "create"
    assert begun["database-cluster"].old is None
    assert begun["database-cluster"].new.inputs["storageEncrypted"] is True
    assert log.updated == ()
    assert log.errors == ()
    assert {outcome.outcome for outcome in log.outcomes} <= {"undecided", "failed"}
    assert not [outcome for outcome in log.outcomes if outcome.level == "mandatory"]


def test_the_recorded_violation_is_the_rules_own_word_on_the_resource():
    (broken,) = [outcome for outcome in recorded_log("violating-preview").outcomes if outcome.level == "mandatory"]

    assert (broken.rule, broken.outcome) == ("rds-encrypted", "failed")
    assert broken.resource.endswith("::database-cluster")
    assert broken.message == "storageEncrypted is false; it must be true"


def test_of_the_recorded_update_only_what_was_done_counts_as_updated():
    assert recorded_log("first-up").updated == recorded_log("first-up").ended
    assert recorded_log("first-preview").ended
    assert recorded_log("first-preview").updated == ()


def test_the_recorded_failure_names_the_resource_and_the_providers_word():
    log = recorded_log("failing-up")

    said = [item for item in log.errors if "AccessDenied: rds:CreateDBCluster" in item.message]
    assert {item.urn.rpartition("::")[2] for item in said} == {"database-cluster"}


def test_the_recorded_replacement_has_the_property_that_forces_it():
    keys = {
        item.name: item.replace_keys for item in recorded_log("changing-preview").begun if item.operation == "replace"
    }

    assert "databaseName" in keys["database-cluster"]


def test_a_log_that_was_never_written_is_empty(tmp_path):
    log = read_events(tmp_path / "nothing")

    assert (log.begun, log.ended, log.outcomes, log.diagnostics) == ((), (), (), ())
    assert log.passed == {}


def test_a_last_line_that_is_not_finished_is_left_out(tmp_path):
    log = log_of(tmp_path, step(), '{"resourcePreEvent": {"metad', end="")

    assert [item.name for item in log.begun] == ["topic"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("no JSON", r"JSONDecodeError: "),
        ('{"resourcePreEvent": {"metad', r"JSONDecodeError: "),
        ("3", r"TypeError: "),
        ('"text"', r"AttributeError: "),
        ('{"resourcePreEvent": {}}', r"KeyError: 'metadata'"),
        ('{"resourcePreEvent": {"metadata": {"op": "same"}}}', r"KeyError: 'urn'"),
        ('{"resOutputsEvent": null}', r"TypeError: "),
        ('{"policyEvent": {"message": "wrong"}}', r"KeyError: 'policyPackName'"),
        ('{"policyAnalyzeSummaryEvent": []}', r"AttributeError: "),
        ('{"diagnosticEvent": []}', r"AttributeError: "),
    ],
)
def test_a_log_that_cannot_be_read_whole_is_refused_in_one_line(tmp_path, line, why):
    with pytest.raises(
        CouldNotRunError, match=rf"^the engine's event log can't be read \({why}[^\n]*check what pulumi is on PATH$"
    ):
        log_of(tmp_path, step(), line, step())


def test_a_line_that_is_empty_is_none(tmp_path):
    assert len(log_of(tmp_path, step(), "", " ", step(), end="\n\n").begun) == 2


@pytest.mark.parametrize("end", ["\n", ""])
def test_only_a_line_feed_ends_a_line(tmp_path, end):
    # All that `str.splitlines` takes for the end of a line, and JSON needs not escape.
    text = "a\u0085b\u2028c\u2029d"
    event = step("resOutputsEvent", old={"inputs": {"a": text}})

    log = log_of(tmp_path, json.dumps(event, ensure_ascii=False), json.dumps(event, ensure_ascii=False), end=end)

    assert [item.old.inputs["a"] for item in log.ended] == [text, text]


def test_an_event_that_nobody_knows_is_left_out(tmp_path):
    log = log_of(tmp_path, {"sequence": 1, "timestamp": 2}, {"newsEvent": {"x": 1}}, {"cancelEvent": {}}, step())

    assert len(log.begun) == 1


def test_a_step_has_both_sides_and_what_differs(tmp_path):
    side = {"custom": True, "id": "i", "inputs": {"a": 1}, "outputs": {"b": 2}}
    log = log_of(
        tmp_path, step("resOutputsEvent", planning=False, op="update", old=side, new={}, diffs=["a"], keys=["b"])
    )

    (found,) = log.updated
    assert (found.old.custom, found.old.id, found.old.inputs, found.old.outputs) == (True, "i", {"a": 1}, {"b": 2})
    assert (found.new.custom, found.new.id, found.new.inputs, found.new.outputs) == (False, "", {}, {})
    assert (found.differing, found.replace_keys) == (("a",), ("b",))


def test_only_the_beginning_of_a_step_is_one():
    assert step_of(step()).name == "topic"
    assert step_of(step("resOutputsEvent")) is None
    assert step_of({}) is None


def test_the_packs_word_is_read_without_the_rules_title(tmp_path):
    log = log_of(
        tmp_path,
        policy(f"{RULE.title}\nundecided: x is not known\nit is wrong\n"),
        policy("of the stack", level="advisory", urn=STACK_URN),
        policy("of nothing", level="disabled", urn=None),
    )

    assert [(item.level, item.outcome, item.resource, item.message) for item in log.outcomes] == [
        ("mandatory", "undecided", URN, "x is not known"),
        ("mandatory", "failed", URN, "it is wrong"),
        ("advisory", "failed", None, "of the stack"),
        ("advisory", "failed", None, "of nothing"),
    ]


def test_what_a_rule_says_twice_it_says_once(tmp_path):
    assert len(log_of(tmp_path, policy("wrong"), policy("wrong")).outcomes) == 1


def test_the_word_of_another_pack_is_not_ours(tmp_path):
    assert log_of(tmp_path, policy("wrong", pack="another")).outcomes == ()


def test_a_diagnostic_is_one_line(tmp_path):
    log = log_of(
        tmp_path,
        {"diagnosticEvent": {"urn": URN, "severity": "error", "message": "one\n  two\n"}},
        {"diagnosticEvent": {}},
    )

    assert log.errors == (Diagnostic(urn=URN, severity="error", message="one two"),)
    assert log.diagnostics[1] == Diagnostic(urn="", severity="", message="")


def test_how_often_each_rule_had_nothing_to_say_is_counted(tmp_path):
    log = log_of(
        tmp_path,
        {"policyAnalyzeSummaryEvent": {"policyPackName": NAME, "passed": ["a", "b"]}},
        {"policyAnalyzeSummaryEvent": {"policyPackName": NAME, "passed": ["a"]}},
        {"policyAnalyzeStackSummaryEvent": {"policyPackName": NAME}},
        {"policyAnalyzeStackSummaryEvent": {"policyPackName": NAME, "passed": ["c"]}},
        {"policyAnalyzeSummaryEvent": {"policyPackName": "another", "passed": ["a"]}},
    )

    assert log.passed == {"a": 2, "b": 1, "c": 1}
