"""The policies' word at preview, joined with what the offline check knows beyond it."""

import dataclasses

import pytest

from policies.catalogue import RULES
from policies.wire import Outcome
from program.engine.policy_results import joined_findings
from program.offline.result import Finding
from tests.program.engine.standin import recorded_log

MANDATORY = next(rule for rule in RULES if rule.default_level == "mandatory").id
ADVISORY = next(rule for rule in RULES if rule.default_level == "advisory").id
ELSEWHERE = "urn:pulumi:here::parity::aws:sns/topic:Topic::elsewhere"


@pytest.fixture
def word(declared, limits):
    """Return a function from what the preview and the check say to the one finding (or all) that is joined of it."""
    clean = dataclasses.replace(declared, findings=())

    def say(*outcomes, check=(), undecided_fails=True, environment=clean.environment):
        environments = {
            name: block.model_copy(update={"undecided_fails": undecided_fails, "levels": {}})
            for name, block in limits.environments.items()
        }
        result = dataclasses.replace(clean, findings=tuple(check), environment=environment)
        return joined_findings(outcomes, result, limits.model_copy(update={"environments": environments}))

    say.urn = clean.resources[0].urn
    say.source = clean.resources[0].source
    return say


def outcome(kind="undecided", rule=MANDATORY, level="advisory", resource=None, message="x is not known"):
    return Outcome(rule=rule, level=level, outcome=kind, resource=resource, message=message)


def finding(kind, rule=MANDATORY, level="mandatory", resource=None, message="said offline", source="s"):
    return Finding(rule=rule, level=level, outcome=kind, resource=resource, message=message, source=source)


def test_what_fails_at_preview_stands_with_its_place_in_the_program(word):
    (found,) = word(outcome("failed", level="mandatory", resource=word.urn, message="wrong"))

    assert (found.level, found.outcome, found.message, found.source) == ("mandatory", "failed", "wrong", word.source)
    assert found.blocks


def test_what_the_offline_check_decided_is_only_told(word):
    (found,) = word(outcome(resource=word.urn))

    assert not found.blocks
    assert found.message == "x is not known; the offline check decided it"


@pytest.mark.parametrize("kind", ["undecided", "error"])
def test_what_the_offline_check_did_not_decide_either_fails(word, kind):
    found = word(outcome(resource=word.urn), check=[finding(kind, resource=word.urn)])

    assert [item.message for item in found if item.blocks and item.message.startswith("x")] == [
        "x is not known, and the offline check did not decide it"
    ]


def test_another_rules_or_resources_doubt_is_not_its_own(word):
    check = [finding("undecided", rule=ADVISORY, resource=word.urn), finding("undecided", resource=ELSEWHERE)]

    found = word(outcome(resource=word.urn), check=check)

    assert [item.level for item in found if item.message.startswith("x")] == ["advisory"]


def test_an_environment_can_let_the_undecided_pass(word, declared):
    found = word(outcome(resource=ELSEWHERE), undecided_fails=False)

    assert not any(item.blocks for item in found)
    assert found[0].message.endswith(f"did not decide it; {declared.environment} lets that pass")


def test_a_resource_that_the_check_does_not_know_is_not_decided(word):
    (found,) = word(outcome(resource=ELSEWHERE))

    assert found.blocks
    assert found.source is None


def test_an_advisory_rule_stays_advisory(word):
    (found,) = word(outcome(rule=ADVISORY, resource=ELSEWHERE))

    assert not found.blocks


def test_a_rule_that_nobody_knows_is_mandatory(word):
    (found,) = word(outcome(rule="of-tomorrow", resource=ELSEWHERE))

    assert found.blocks


def test_without_an_environment_the_undecided_fails(word):
    (found,) = word(outcome(resource=ELSEWHERE), environment=None)

    assert found.blocks


def test_a_check_without_a_manifest_decided_nothing(declared, limits):
    broken = dataclasses.replace(declared, manifest=None, findings=())

    (found,) = joined_findings([outcome(resource=declared.resources[0].urn)], broken, limits)

    assert "the offline check did not decide it" in found.message


def test_what_only_the_offline_check_says_is_added_once_and_what_blocks_comes_first(word):
    exempt = finding("exempt", rule=ADVISORY, level="advisory", message="let pass")
    broken = finding("failed", resource=word.urn, message="wrong", source=word.source)

    found = word(outcome("failed", level="mandatory", resource=word.urn, message="wrong"), check=[exempt, broken])

    assert found == (broken, exempt)


def test_the_recorded_first_preview_blocks_nothing(declared, limits):
    found = joined_findings(recorded_log("first-preview").outcomes, declared, limits)

    assert not [item for item in found if item.blocks]
    assert {item for item in declared.findings if item.outcome == "exempt"} <= set(found)


def test_the_recorded_violation_blocks(declared, limits):
    found = joined_findings(recorded_log("violating-preview").outcomes, declared, limits)

    assert [(item.rule, item.resource.rpartition("::")[2]) for item in found if item.blocks] == [
        ("rds-encrypted", "database-cluster")
    ]
