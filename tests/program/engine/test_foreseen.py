"""What AWS would refuse half-way is said at the preview, by what is deployed and what the steps would do."""

import json

import pytest

from policies import tokens
from program.engine.foreseen import Foresight, left_to_rotation
from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.pulumi_cli.events import Side, Step
from program.engine.rules import (
    BOOTSTRAP_AGAIN,
    ENGINE_LOWERED,
    ENGINE_MAJOR,
    OTHER_NAME,
    REPLACED_IN_USE,
    STACK_MOVED,
)
from program.manifest.normalise import UNKNOWN_SENTINEL
from program.offline.result import CheckedResource
from program.report.content.paperwork import paperwork
from tests.program.engine.standin import recorded_checkpoint, recorded_log, stack_of

GROUP = "sg-1"


def urn(type_, name):
    return f"urn:pulumi:dev::parity::{type_}::{name}"


def deployed(*resources):
    """Return a checkpoint of resources: type, name, id, inputs."""
    states = [
        {"urn": urn(type_, name), "type": type_, "custom": True, "id": id_, "inputs": inputs, "outputs": {}}
        for type_, name, id_, inputs in resources
    ]
    return parse_checkpoint(json.dumps({"deployment": {"resources": states}}), "a test")


def step(operation, type_, name, *, old=None, new=None, live=None, keys=()):
    sides = [
        None if inputs is None else Side(custom=True, id="", inputs=inputs, outputs=outputs or {})
        for inputs, outputs in ((old, live), (new, None))
    ]
    return Step(
        planning=True,
        operation=operation,
        urn=urn(type_, name),
        type=type_,
        old=sides[0],
        new=sides[1],
        differing=(),
        replace_keys=keys,
    )


def said(checkpoint, *steps, declared=()):
    foresight = Foresight(settings=stack_of().settings, checkpoint=checkpoint, declared=declared)
    found = foresight.findings(steps)
    assert all(finding.blocks for finding in found)
    return [(finding.rule, finding.resource and finding.resource.rpartition("::")[2]) for finding in found]


def resource(type_, name, inputs):
    return CheckedResource(
        urn=urn(type_, name),
        type=type_,
        name=name,
        parent=None,
        dependencies=(),
        property_dependencies={},
        inputs=inputs,
        source="program/x.py:1",
    )


@pytest.mark.parametrize("scene", ["first-preview", "unchanged-preview", "changing-preview"])
def test_an_ordinary_preview_has_nothing_against_it(scene, declared):
    checkpoint = recorded_checkpoint("empty" if scene == "first-preview" else "deployed")
    foresight = Foresight(settings=stack_of().settings, checkpoint=checkpoint, declared=declared.resources)

    assert foresight.findings(recorded_log(scene).begun) == ()


@pytest.mark.parametrize(
    "rule", [BOOTSTRAP_AGAIN, ENGINE_LOWERED, ENGINE_MAJOR, OTHER_NAME, REPLACED_IN_USE, STACK_MOVED]
)
def test_every_refusal_says_why_and_what_to_do(rule):
    assert paperwork(rule).title != rule
    assert paperwork(rule).why
    assert paperwork(rule).fix


class TestAGroup:
    STATES = (
        (tokens.SECURITY_GROUP, "group", GROUP, {}),
        (tokens.CLUSTER, "cluster", "c", {"vpcSecurityGroupIds": [GROUP]}),
    )
    GONE = step("delete-replaced", tokens.SECURITY_GROUP, "group", old={})
    MADE = step("create-replacement", tokens.SECURITY_GROUP, "group", new={}, keys=("description",))

    def test_in_use_is_not_deleted_before_its_successor_is_there(self):
        assert said(deployed(*self.STATES), self.GONE, self.MADE) == [(REPLACED_IN_USE, "group")]

    def test_that_has_its_successor_first_may_go(self):
        assert said(deployed(*self.STATES), self.MADE, self.GONE) == []

    def test_that_nothing_uses_may_go(self):
        assert said(deployed(self.STATES[0]), self.GONE, self.MADE) == []

    def test_of_which_all_users_go_before_may_go(self):
        before = step("delete-replaced", tokens.CLUSTER, "cluster", old={})

        assert said(deployed(*self.STATES), before, self.GONE, self.MADE) == []

    def test_names_who_uses_it_and_what_forces_it(self):
        inputs = {"vpcSecurityGroupIds": [GROUP]}
        users = [(tokens.CLUSTER, f"cluster-{number}", f"c{number}", inputs) for number in "12345"]
        foresight = Foresight(settings=stack_of().settings, checkpoint=deployed(self.STATES[0], *users), declared=())

        (finding,) = foresight.findings([self.GONE, self.MADE])

        assert "forced by description" in finding.message
        assert finding.message.endswith("cluster-1, cluster-2, cluster-3, cluster-4 and 1 more")

    def test_of_another_type_is_no_matter_of_use(self):
        states = ((tokens.ROLE, "group", GROUP, {}), self.STATES[1])
        gone = step("delete-replaced", tokens.ROLE, "group", old={})

        assert said(deployed(*states), gone) == []


class TestTheEngine:
    def found(self, old, new, *, live=None, type_=tokens.CLUSTER, **more):
        outputs = {} if live is None else {"engineVersion": live}
        inputs = {"engineVersion": new, **more}
        changed = step("update", type_, "db", old={"engineVersion": old}, new=inputs, live=outputs)
        return said(deployed(), changed)

    @pytest.mark.parametrize("type_", [tokens.CLUSTER, tokens.CLUSTER_INSTANCE])
    def test_goes_to_no_lower_version(self, type_):
        assert self.found("15.17", "15.15", type_=type_) == [(ENGINE_LOWERED, "db")]

    def test_goes_to_no_lower_version_than_is_live(self):
        assert self.found("15.15", "15.17", live="15.18") == [(ENGINE_LOWERED, "db")]

    def test_goes_to_a_higher_version(self):
        assert self.found("15.15", "15.17", live="15.17") == []

    def test_goes_to_a_new_major_version_only_when_that_is_allowed(self):
        assert self.found("15.17", "16.9") == [(ENGINE_MAJOR, "db")]
        assert self.found("15.17", "16.9", allowMajorVersionUpgrade=True) == []

    def test_of_an_instance_follows_the_cluster(self):
        assert self.found("15.17", "16.9", type_=tokens.CLUSTER_INSTANCE) == []

    def test_may_be_without_a_version(self):
        assert self.found(None, None) == []

    def test_of_a_new_cluster_is_any(self):
        assert said(deployed(), step("create", tokens.CLUSTER, "db", new={"engineVersion": "15.15"})) == []


class TestAStack:
    STATE = (tokens.SECURITY_GROUP, "group", GROUP, {"vpcId": "vpc-1"})

    def group(self, vpc):
        return step("same", tokens.SECURITY_GROUP, "group", old={}, new={"vpcId": vpc})

    def test_stays_in_its_network(self):
        assert said(deployed(self.STATE), self.group("vpc-1")) == []
        assert said(deployed(self.STATE), self.group("vpc-2")) == [(STACK_MOVED, None)]

    def test_may_have_a_network_that_is_not_known_yet(self):
        assert said(deployed(self.STATE), self.group(UNKNOWN_SENTINEL)) == []

    def test_stays_in_its_region(self):
        outputs = {"arn": "arn:aws:ec2:eu-west-3:111122223333:security-group/sg-1"}
        exported = json.loads(deployed(self.STATE).text)
        exported["deployment"]["resources"][0]["outputs"] = outputs
        checkpoint = parse_checkpoint(json.dumps(exported), "a test")

        assert said(checkpoint, self.group("vpc-1")) == [(STACK_MOVED, None)]


class TestANameThatIsPlanned:
    DECLARED = (resource(tokens.ROLE, "role", {"name": "dev-app-role-main"}),)

    def found(self, name, operation="create", declared=DECLARED):
        return said(deployed(), step(operation, tokens.ROLE, "role", old={}, new={"name": name}), declared=declared)

    def test_is_the_declared_one(self):
        assert self.found("dev-app-role-main") == []
        assert self.found("dev-app-role-1200000") == [(OTHER_NAME, "role")]

    def test_may_not_be_known_yet(self):
        assert self.found(UNKNOWN_SENTINEL) == []

    def test_of_what_is_deleted_or_nowhere_declared_is_nobodys(self):
        assert self.found("other", operation="delete") == []
        assert self.found("other", declared=()) == []


class TestTheBootstrapVersion:
    ROTATION = (tokens.ROTATION, "secrets-schedule", "r", {})
    PUT = step("create", tokens.SECRET_VERSION, "secrets-bootstrap", new={})

    def test_is_put_once(self):
        assert said(deployed(), self.PUT) == []

    def test_is_not_put_again_when_the_secret_rotates(self):
        assert said(deployed(self.ROTATION), self.PUT) == [(BOOTSTRAP_AGAIN, "secrets-bootstrap")]

    def test_is_put_for_another_secret(self):
        again = step("create-replacement", tokens.SECRET_VERSION, "secrets-bootstrap", new={})

        assert said(deployed(self.ROTATION), again) == []

    def test_is_left_out_of_a_refresh_where_the_state_has_it(self):
        version = (tokens.SECRET_VERSION, "secrets-bootstrap", "v", {})

        assert left_to_rotation(deployed(version)) == ("--exclude", urn(tokens.SECRET_VERSION, "secrets-bootstrap"))
        assert left_to_rotation(deployed()) == ()
