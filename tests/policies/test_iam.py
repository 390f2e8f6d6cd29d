"""IAM documents are read as IAM reads them."""

import json
from typing import Any

import pytest

from policies.iam import DocumentError, Statement, describe, statements
from tests.policies.world import World, allow, document


def one(**keys: Any) -> Statement:
    (statement,) = statements(json.dumps({"Statement": keys}))
    return statement


@pytest.mark.parametrize(
    ("keys", "action", "granted"),
    [
        ({"Action": "s3:GetObject"}, "s3:getobject", True),
        ({"Action": ["S3:GET*"]}, "s3:GetObject", True),
        ({"Action": "s3:Get?bject"}, "s3:GetObject", True),
        ({"Action": "*"}, "iam:PassRole", True),
        ({"Action": "s3:[g]etobject"}, "s3:GetObject", False),
        ({"Action": "s3:Put*"}, "s3:GetObject", False),
        ({"NotAction": "s3:*"}, "s3:GetObject", False),
        ({"NotAction": ["s3:*"]}, "iam:PassRole", True),
        ({}, "iam:PassRole", False),
    ],
)
def test_an_action_is_granted_as_iam_would(keys: dict[str, Any], action: str, granted):
    assert one(Effect="Allow", **keys).grants(action) is granted


@pytest.mark.parametrize(
    ("effect", "allows"), [("Allow", True), ("Deny", False), ("deny", True), ("alow", True), (None, True)]
)
def test_only_a_plain_deny_is_none(effect: str | None, allows):
    assert one(Effect=effect).allows is allows


@pytest.mark.parametrize(
    ("keys", "everything"),
    [
        ({"Resource": "*"}, True),
        ({"Resource": ["arn:aws:s3:::x", "**"]}, True),
        ({"NotResource": "arn:aws:s3:::x"}, True),
        ({"Resource": "arn:aws:s3:::*"}, False),
        ({}, False),
    ],
)
def test_what_is_about_everything(keys: dict[str, Any], everything):
    assert one(Effect="Allow", **keys).on_everything is everything


@pytest.mark.parametrize(
    ("keys", "everyone"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": ["1", "*"]}}, True),
        ({"NotPrincipal": {"AWS": "1"}}, True),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, False),
        ({}, False),
    ],
)
def test_who_is_everyone(keys: dict[str, Any], everyone):
    assert one(Effect="Allow", **keys).for_everyone is everyone


def test_conditions_are_found_in_any_case_over_all_operators_that_bind():
    statement = one(
        Condition={
            "StringEquals": {"AWS:SourceAccount": "1"},
            "ForAnyValue:StringLike": {"aws:sourceaccount": ["2"]},
            "StringEqualsIfExists": {"aws:SourceAccount": "3"},
            "StringNotEquals": {"aws:SourceAccount": "4"},
            "Null": 5,
        }
    )

    assert statement.condition("aws:SourceAccount") == ("1", "2")
    assert statement.condition("aws:SourceArn") == ()


def test_a_boolean_condition_is_written_as_iam_writes_it():
    assert one(Condition={"Bool": {"aws:SecureTransport": False}}).condition("aws:securetransport") == ("false",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("geheim", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "is not a policy document"),
        (7, "is not a policy document"),
        ("{}", "has no statements"),
        ('{"Statement": [1]}', "has no statements"),
    ],
)
def test_what_is_no_document_is_said_without_its_text(text: Any, said: str):
    with pytest.raises(DocumentError, match=f"^{said}$"):
        statements(text)


def test_a_document_may_be_an_object_with_one_statement():
    assert [describe(statement) for statement in statements({"Statement": {"Sid": "One"}})] == ["statement One"]


@pytest.mark.parametrize(
    "action",
    [
        "ecr:GetAuthorizationToken",
        "logs:DescribeLogGroups",
        "s3:ListAllMyBuckets",
        "secretsmanager:GetRandomPassword",
        "xray:PutTraceSegments",
    ],
)
def test_an_action_that_knows_no_resources_may_be_on_all(action: str):
    world = World()
    document("lambda-app-policy", allow(action.upper()))(world)

    assert world.judge("iam-no-wildcards") == []
