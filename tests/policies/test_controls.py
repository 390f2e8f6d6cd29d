"""A control stands beside a rule only where that rule fails what the control's own tests fail."""

import functools
import json
from pathlib import Path

import pytest
import yaml

from policies.known.tables import known
from policies.known.worlds import SERVICE
from policies.references import load_references
from policies.view import Resource
from tests.policies.world import World, urn_of

# Frameworks whose controls are checks of resources; the others are texts, which no resource can fail.
FRAMEWORKS = ("checkov", "cdk-nag", "security-hub")


@functools.cache
def table():
    return yaml.safe_load((Path(__file__).parent / "controls.yaml").read_text())


def claims():
    """Return the claims of COVERAGE.md that can be tried: the rules beside each `framework control`."""
    found = {}
    for rule, items in load_references().rules.items():
        for item in items:
            if item.framework in FRAMEWORKS:
                found.setdefault(f"{item.framework} {item.id}", []).append(rule)
    return found


def failing(control):
    """Return what the control's own tests fail."""
    return [case for entry in table() if control in entry["controls"] for case in entry["fails"]]


def wire(properties):
    """Return the properties as they are registered: documents are JSON texts."""
    return {
        key: json.dumps(value) if key in ("policy", "assumeRolePolicy") and isinstance(value, dict) else value
        for key, value in properties.items()
    }


def findings(case, *rules):
    """Return what the rules say of the resource where it stands alone."""
    return _findings(case["type"], json.dumps(case["properties"]), rules)


@functools.cache
def _findings(type_, properties, rules):
    world = World("prod")
    props = wire(json.loads(properties))
    world.resources = {"given": Resource(urn=urn_of(type_, "given"), type=type_, name="given", props=props)}
    return world.judge(*rules)


@pytest.mark.parametrize("control", claims())
def test_the_rules_beside_a_control_fail_what_it_fails(control):
    rules, cases = claims()[control], failing(control)
    assert cases, f"add what {control} fails to tests/policies/controls.yaml, or take it from references.yaml"

    for case in cases:
        # A type that nobody may have is refused whole; no rule on its properties is needed.
        judges = rules if case["type"] in known(SERVICE).types else ["known-types"]
        assert findings(case, *judges), f"{control} fails {case}, and {', '.join(judges)} let it pass"


@pytest.mark.parametrize(("control", "rule"), [(name, rule) for name, rules in claims().items() for rule in rules])
def test_each_rule_beside_a_control_fails_something_that_it_fails(control, rule):
    said = [message for case in failing(control) for message in findings(case, rule)]

    assert said, f"{rule} fails nothing that {control} fails; take {control} from it in references.yaml"


def test_each_control_of_the_table_is_claimed():
    assert {control for entry in table() for control in entry["controls"]} == set(claims())
