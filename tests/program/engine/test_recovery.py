"""What became of each operation that was cut off, by what a scratch stack read of the cloud."""

import json

import pytest

from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.recovery.candidates import candidates_of
from program.engine.recovery.fates import recovery_of
from program.engine.recovery.identities import IMPORT_IDS, MADE_AGAIN, QUESTIONS, filled, ids_in
from program.errors import CouldNotRunError
from program.manifest.resources import is_compared
from tests.program.engine.standin import STACK, exported, recorded_check

GROUP, RULE = "database-security-group", "database-ingress-app"
CLUSTER = "database-cluster"


class Scratch:
    """Stands for the engine: `there` are the candidates' ids that the cloud has, with what differs in them."""

    def __init__(self, there=(), gone=(), answers=None):
        self.there = {id_: {} for id_ in there} if isinstance(there, tuple) else there
        self.gone, self.given = gone, answers
        self.asked, self.trial, self.urns = {}, None, ()

    def answers(self, asked):
        self.asked = asked
        return self.given or dict.fromkeys(asked, ())

    def refreshed(self, deployment, urns):
        self.trial, self.urns = deployment["deployment"], urns
        resources = [item for item in self.trial["resources"] if not item["urn"].endswith(self.gone or "nothing")]
        left = []
        for item in resources:
            if "-candidate-" not in item["urn"]:
                left.append(item)
            elif item["id"] in self.there:
                outputs = {key: value for key, value in item["inputs"].items() if key != "skipFinalSnapshot"}
                left.append({**item, "outputs": {**outputs, "arn": "arn:x", **self.there[item["id"]]}})
        return parse_checkpoint(json.dumps({"version": 3, "deployment": {**self.trial, "resources": left}}), "x")


def state(name):
    found = [item for item in json.loads(exported("deployed"))["deployment"]["resources"] if ends(item, name)]
    return {**found[0], "parent": "urn:parent"}


def ends(item, name):
    return item["urn"].endswith(f"::{name}")


def cut_off(*operations, without=()):
    """Return the recorded deployment with operations that were cut off, and without some resources."""
    data = json.loads(exported("deployed"))
    deployment = data["deployment"]
    deployment["resources"] = [
        item for item in deployment["resources"] if not any(ends(item, name) for name in without)
    ]
    deployment["pending_operations"] = [{"type": word, "resource": resource} for word, resource in operations]
    return parse_checkpoint(json.dumps(data), "x")


def creating(name, **more):
    resource = {key: value for key, value in state(name).items() if key not in ("id", "outputs")}
    return ("creating", resource | more)


def recovered(checkpoint, scratch):
    found = recovery_of(checkpoint, STACK, scratch)
    deployment = json.loads(found.deployment)["deployment"]
    assert not deployment["pending_operations"]
    return {fate.name: fate for fate in found.fates}, deployment["resources"]


def test_every_type_that_the_program_makes_can_be_found_again_or_made_again():
    types = {resource.type for resource in recorded_check().resources if is_compared(resource.type)}
    types = {type_ for type_ in types if type_.startswith("aws:")}

    assert types <= {*IMPORT_IDS, *QUESTIONS, *MADE_AGAIN}
    assert not set(IMPORT_IDS) & set(QUESTIONS) & set(MADE_AGAIN)


def test_every_import_id_is_the_id_that_a_deployed_resource_has():
    checkpoint = parse_checkpoint(exported("deployed"), "x")
    place = {"region": "us-east-2", "account": next(iter(checkpoint.outputs["secretArn"].split(":")[4:5]))}

    for item in checkpoint.states:
        if item.type in IMPORT_IDS:
            assert filled(IMPORT_IDS[item.type], {**place, **item.inputs}) == item.id, item.urn


def test_what_was_made_is_adopted_as_it_was_to_be_made():
    checkpoint = cut_off(creating(CLUSTER), without=(CLUSTER,))
    scratch = Scratch(there=(state(CLUSTER)["id"],))

    fates, resources = recovered(checkpoint, scratch)

    fate = fates[CLUSTER]
    assert (fate.action, fate.operation, fate.id) == ("adopt", "creating", state(CLUSTER)["id"])
    (adopted,) = [
        item for item in resources if "Cluster::database-cluster" in item["urn"] and item["type"] == fate.type
    ]
    assert adopted["urn"] == state(CLUSTER)["urn"], "no candidate is left"
    assert adopted["parent"] == "urn:parent"
    assert adopted["outputs"]["skipFinalSnapshot"] is True, "AWS never tells that; it was made with it"
    assert adopted["inputs"] == state(CLUSTER)["inputs"]
    (tried,) = [item for item in scratch.trial["resources"] if "-candidate-" in item["urn"]]
    assert tried["outputs"] == {}, "then the provider imports it"
    assert tried["urn"] in scratch.urns


def test_what_was_not_made_is_cleared():
    fates, resources = recovered(cut_off(creating(CLUSTER), without=(CLUSTER,)), Scratch())

    assert (fates[CLUSTER].action, fates[CLUSTER].why) == ("clear", "it was not made")
    assert not [item for item in resources if "candidate" in item["urn"]]


def test_what_somebody_else_made_under_the_same_name_is_not_taken():
    there = {state(CLUSTER)["id"]: {"tags": {"Owner": "another team"}}}

    fates, resources = recovered(cut_off(creating(CLUSTER), without=(CLUSTER,)), Scratch(there=there))

    assert fates[CLUSTER].action == "clear"
    assert fates[CLUSTER].why == f"{state(CLUSTER)['id']} is there, and is not of this stack"
    assert not [item for item in resources if "candidate" in item["urn"]]


def test_what_aws_names_is_asked_for_without_what_the_state_has():
    mine, known = creating(RULE), state("database-ingress-rotation")["id"]
    scratch = Scratch(there=("sgr-new",), answers={mine[1]["urn"]: ("sgr-new", known)})

    fates, _ = recovered(cut_off(mine, without=(RULE,)), scratch)

    assert (fates[RULE].action, fates[RULE].id) == ("adopt", "sgr-new")
    ((question, arguments),) = scratch.asked.values()
    assert question.function == "aws:vpc/getSecurityGroupRules:getSecurityGroupRules"
    assert arguments == {"filters": [{"name": "group-id", "values": [state(RULE)["inputs"]["securityGroupId"]]}]}


def test_what_is_of_another_kind_than_was_to_be_made_is_not_it():
    mine = creating(RULE)
    scratch = Scratch(there={"sgr-a": {"fromPort": 1}, "sgr-b": {}}, answers={mine[1]["urn"]: ("sgr-a", "sgr-b")})

    fates, _ = recovered(cut_off(mine, without=(RULE,)), scratch)

    assert fates[RULE].id == "sgr-b"


def test_two_that_could_be_it_are_named_and_none_is_taken():
    mine = creating(RULE)
    scratch = Scratch(there=("sgr-a", "sgr-b"), answers={mine[1]["urn"]: ("sgr-a", "sgr-b")})

    with pytest.raises(CouldNotRunError, match="could be each of sgr-a, sgr-b; delete in AWS what nothing uses"):
        recovery_of(cut_off(mine, without=(RULE,)), STACK, scratch)


@pytest.mark.parametrize(("old", "left"), [({}, ["new", "old"]), ({"pendingReplacement": True}, ["new"])])
def test_what_was_to_be_replaced_is_deleted_later_unless_it_is_gone_already(old, left):
    mine = creating(GROUP)
    checkpoint = cut_off(mine)
    data = json.loads(checkpoint.text)
    for item in data["deployment"]["resources"]:
        if ends(item, GROUP):
            item |= {"id": "sg-old", **old}
    checkpoint = parse_checkpoint(json.dumps(data), "x")

    _, resources = recovered(checkpoint, Scratch(there=("sg-new",), answers={mine[1]["urn"]: ("sg-new",)}))

    found = [("old" if item.get("delete") else "new", item["id"]) for item in resources if ends(item, GROUP)]
    assert [word for word, _ in found] == left
    assert found[0] == ("new", "sg-new")


@pytest.mark.parametrize("word", ["updating", "deleting"])
def test_what_was_updated_or_deleted_is_as_the_cloud_says(word):
    fates, _ = recovered(cut_off((word, state(CLUSTER))), Scratch())
    assert (fates[CLUSTER].action, fates[CLUSTER].id) == ("refresh", state(CLUSTER)["id"])

    fates, resources = recovered(cut_off((word, state(CLUSTER))), Scratch(gone=f"::{CLUSTER}"))
    assert fates[CLUSTER].action == "forget"
    assert not [item for item in resources if ends(item, CLUSTER)]


def test_what_nobody_has_to_ask_for_is_cleared():
    component = ("creating", {"urn": "urn:pulumi:dev::p::tap:components:Database::database", "type": "tap:c:D"})
    provider = ("creating", {"urn": "urn:x::default", "type": "pulumi:providers:aws", "custom": True})
    old = ("deleting", state(GROUP) | {"delete": True})
    again = creating("secrets-rotation-permission")

    fates, _ = recovered(cut_off(component, provider, ("reading", state(CLUSTER)), old, again), Scratch())

    assert {fate.action for fate in fates.values()} == {"clear"}
    assert "goes with the function" in fates["secrets-rotation-permission"].why


def test_what_nobody_knows_how_to_find_is_told():
    with pytest.raises(CouldNotRunError, match="how aws:x/y:Z is found again isn't known; add it to program"):
        candidates_of(cut_off(creating(CLUSTER, type="aws:x/y:Z")), Scratch())
    with pytest.raises(CouldNotRunError, match="can't be looked for: its 'clusterIdentifier' isn't known; look for it"):
        candidates_of(cut_off(creating(CLUSTER, inputs=None)), Scratch())
    with pytest.raises(CouldNotRunError, match="can't be looked for"):
        candidates_of(cut_off(creating(CLUSTER, inputs={"clusterIdentifier": {"a": "secret"}})), Scratch())


def test_another_cloud_is_told_before_anything_is_cleared():
    with pytest.raises(CouldNotRunError, match="is in the cloud that was asked"):
        recovery_of(cut_off(creating(CLUSTER)), STACK, Scratch(gone=("a", *"bcdefghijklmnopqrstuvwxyz0123456789")))


def test_a_key_is_asked_for_by_its_tags_and_told_by_the_end_of_its_arn():
    question = QUESTIONS["aws:kms/key:Key"]

    asked = filled(question.arguments, {"tags": {"b": "2", "a": "1", "__defaults": []}})

    assert asked["tagFilters"] == [{"key": "a", "values": ["1"]}, {"key": "b", "values": ["2"]}]
    assert ids_in(question, {"resourceTagMappingLists": [{"resourceArn": "arn:aws:kms:r:1:key/k-1"}]}) == ("k-1",)
    assert ids_in(QUESTIONS["aws:ec2/securityGroup:SecurityGroup"], {"ids": ["sg-2", "sg-1"]}) == ("sg-1", "sg-2")
    assert filled({"a": 1, "tagFilters": "{tags}"}, {"tags": None}) == {"a": 1, "tagFilters": []}
