"""Every form of the three projects against cfn-lint's data: CloudFormation's schemas and lists, by region."""

import copy

import pytest

from program.project.definition import NETWORK
from tests.aws.cloudformation import NO_TYPE, PARTS, TYPES, said, templates
from tests.aws.modes import Form, aws, fullest, recording_of, sampled_forms

# What cfn-lint has against what AWS takes.
ACCEPTED = {
    # AWS's API takes it and gives it no meaning; a control of Security Hub asks for it.
    "E3682": "CopyTagsToSnapshot",
}


def against(form):
    found = set()
    for region, template in templates(recording_of(form), form.region).items():
        found |= said(template, region)
    return {each for each in found if ACCEPTED.get(each.split()[0], "\0") not in each}


@pytest.mark.parametrize("form", sampled_forms(), ids=str)
def test_cloudformation_s_schemas_take_every_resource(form):
    assert against(form) == set()


def test_what_is_accepted_is_still_said():
    form = fullest()[0]
    (template,) = templates(recording_of(form), form.region).values()

    for rule, word in ACCEPTED.items():
        assert any(each.startswith(rule) and word in each for each in said(template, form.region))


def test_every_type_is_asked_about():
    there = {item.type for form in fullest() for item in aws(recording_of(form))}

    assert there == TYPES.keys() | PARTS.keys() | NO_TYPE


WRONG = {
    "a class that no region has": ("prod", "DatabaseInstance0", "DBInstanceClass", "db.t1.huge", "db.t1.huge"),
    "a version that never was": ("prod", "DatabaseCluster", "EngineVersion", "15.9", "15.9"),
    "retention of 31 days": ("prod", "LambdaAppLogs", "RetentionInDays", 31, "31"),
    "half of the traffic": ("network/prod", "FlowLogDelivery", "TrafficType", "HALF", "HALF"),
    "an endpoint of no kind": ("network/prod", "EndpointsSecretsmanager", "VpcEndpointType", "Door", "Door"),
    "words that EC2 doesn't take": ("network/prod", "EndpointsSecurityGroup", "GroupDescription", "AWS's", "AWS's"),
    "no tenancy": ("network/prod", "VpcNetwork", "InstanceTenancy", "shared", "shared"),
    "no mutability": ("foundation/main", "ImageRepositoryUsEast2", "ImageTagMutability", "SOMETIMES", "SOMETIMES"),
    "an alias that is none": ("foundation/main", "StateBucketKeyAlias", "AliasName", "state", "state"),
}


@pytest.mark.parametrize(("stack", "logical", "key", "value", "word"), WRONG.values(), ids=WRONG)
def test_what_the_data_does_not_have_is_found(stack, logical, key, value, word):
    form = next(form for form in fullest() if form.stack == stack)
    found = templates(recording_of(form), form.region)
    region, template = next((region, each) for region, each in found.items() if logical in each["Resources"])
    changed = copy.deepcopy(template)
    changed["Resources"][logical]["Properties"][key] = value

    assert [each for each in said(changed, region) - said(template, region) if word in each]


def test_an_input_that_has_no_name_there_is_told(monkeypatch):
    monkeypatch.setitem(TYPES, "aws:rds/cluster:Cluster", ("AWS::RDS::DBCluster", {}))

    with pytest.raises(AssertionError, match=r"AWS::RDS::DBCluster has no \w+: say what it is called"):
        templates(recording_of(fullest()[0]), "us-east-1")


def test_a_form_is_in_the_region_of_its_stack():
    assert Form(f"{NETWORK.label}/dev", {}).region == "us-east-2"
