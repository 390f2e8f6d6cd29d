"""Each change of the limits is told, at its line, as what it is: wider, narrower, or another."""

import pytest

from policies.strict_yaml import parse
from program.offline.guard.limit_changes import limit_changes

BASE = """
common:
  logRetentionDays: [30]
  kmsDeletionWindowDays: {ephemeral: 7, protected: 30}
  requiredTags: [Environment, Project]
  errorThreshold: {min: 10, max: 1000}
environments:
  prod:
    region: us-east-1
    lambdaMemory: [4096]
    exemptionDays: 30
    criticalExemptions: false
    undecidedFails: true
    levels: {rds-pgaudit: mandatory, sns-subscribed: advisory}
scaling:
  - {path: lambda.memory, reason: Load differs between environments.}
differences:
  - {type: "aws:x", name: app, property: size, reason: Load differs between environments.}
accepted:
  - {rule: rds-pgaudit, resource: db, reason: The source document asks for it.}
"""

W, N = "weakens", "narrows"
WIDER, LESS = (W, "limit widened"), (N, "limit narrowed")
# What is replaced by what, and what is told: effect and kind, and a part of the text.
CHANGES = {
    "a value more": (
        "[4096]",
        "[4096, 8192]",
        WIDER,
        "prod.lambdaMemory has 8192 too; it had 4096",
    ),
    "a value less": ("[30]", "[]", LESS, "common.logRetentionDays no longer has 30"),
    "a higher bound": ("max: 1000", "max: 9999", WIDER, "errorThreshold.max is 9999; it was 1000"),
    "a lower bound": ("max: 1000", "max: 100", LESS, "errorThreshold.max is 100; it was 1000"),
    "a lower least": ("min: 10", "min: 0", WIDER, "errorThreshold.min is 0; it was 10"),
    "a higher least": ("min: 10", "min: 11", LESS, "errorThreshold.min is 11"),
    "a shorter wait": (
        "protected: 30",
        "protected: 7",
        WIDER,
        "kmsDeletionWindowDays.protected is 7",
    ),
    "a tag less": ("[Environment, Project]", "[Project]", WIDER, "no longer has Environment"),
    "a tag more": (
        "[Environment, Project]",
        "[Environment, Project, Owner]",
        LESS,
        "has Owner too",
    ),
    "another region": (
        "us-east-1",
        "us-west-1",
        WIDER,
        "prod.region is us-west-1; it was us-east-1",
    ),
    "longer exemptions": ("exemptionDays: 30", "exemptionDays: 300", WIDER, "is 300; it was 30"),
    "exemptions by default": (
        "    exemptionDays: 30\n",
        "",
        WIDER,
        "exemptionDays is 90; it was 30",
    ),
    "critical exemptions": (
        "criticalExemptions: false",
        "criticalExemptions: true",
        WIDER,
        "criticalExemptions is true; it was false",
    ),
    "undecided passes": ("undecidedFails: true", "undecidedFails: false", WIDER, "is false"),
    "a level off": ("rds-pgaudit: mandatory", "rds-pgaudit: off", ("weakens", "level lowered"), "is off in prod"),
    "a level up": (
        "sns-subscribed: advisory",
        "sns-subscribed: mandatory",
        ("narrows", "level raised"),
        "it was advisory",
    ),
    "a new level off": (
        "sns-subscribed: advisory",
        "kms-rotation: off",
        ("weakens", "level lowered"),
        "rule kms-rotation",
    ),
    "a new scaling path": (
        "scaling:\n",
        "scaling:\n  - {path: backup.retentionDays, reason: Because of the costs.}\n",
        ("weakens", "scaling path added"),
        "backup.retentionDays; Because of the costs.",
    ),
    "a wider declaration": ("property: size", 'property: "*"', ("weakens", "declared difference added"), "aws:x app *"),
    "a new reason": (
        "The source document asks",
        "Nobody asks",
        ("weakens", "accepted finding changed"),
        "Nobody asks",
    ),
    "an accepted entry for all": (
        "resource: db",
        'resource: "*"',
        ("weakens", "accepted finding added"),
        "rds-pgaudit *",
    ),
    "a new environment": (
        "environments:\n",
        "environments:\n  qa: {region: x}\n",
        ("changes", "limit added"),
        "qa.region",
    ),
    "somebody trusted": (
        "    region: us-east-1\n",
        "    region: us-east-1\n    trusted: [{value: '123456789012', reason: A partner of ours.}]\n",
        WIDER,
        "prod.trusted has 123456789012; A partner of ours. too",
    ),
}


def changes(old, new):
    assert old in BASE, f"the example no longer holds {old!r}; mend the test"
    return list(limit_changes(parse(BASE), parse(BASE.replace(old, new))))


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_of_the_limits_is_told_as_what_it_is(case):
    old, new, (effect, kind), text = CHANGES[case]

    found = [change for change in changes(old, new) if change.kind == kind]

    assert [change.effect for change in found] == [effect], changes(old, new)
    assert text in found[0].text
    assert found[0].file == "policies/environments.yaml"


def test_the_same_limits_are_no_change():
    assert changes("[4096]", "[4096]") == []


def test_a_change_stands_at_its_line():
    (change,) = changes("[4096]", "[4096, 8192]")

    assert BASE.splitlines()[change.line - 1].strip() == "lambdaMemory: [4096]"
    assert change.limits == ("lambda_memory",)


def test_an_entry_that_is_gone_is_narrower():
    without = BASE.partition("accepted:")[0] + "accepted: []\n"

    (change,) = limit_changes(parse(BASE), parse(without))

    assert (change.effect, change.kind, change.rules) == ("narrows", "accepted finding removed", ("rds-pgaudit",))


def test_another_order_of_the_environments_is_told_as_they_are_deployed_in_it():
    prod = BASE.partition("environments:\n")[2].partition("scaling:")[0]
    staging = prod.replace("  prod:", "  staging:")
    base, head = BASE.replace(prod, staging + prod), BASE.replace(prod, prod + staging)

    (change,) = limit_changes(parse(base), parse(head))

    assert change.effect == "weakens"
    assert change.text == (
        "environments stand in the order prod, staging; it was staging, prod: they are deployed in it"
    )
    assert BASE.splitlines()[change.line - 1].strip().startswith("environments")


def test_limits_that_are_no_mapping_have_nothing_to_compare():
    assert list(limit_changes(parse("- 1"), parse("- 2"))) == []
