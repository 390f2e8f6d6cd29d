"""The codes of the refusals are AWS's: botocore's models list them, or they say where else they are known from."""

from functools import cache
from pathlib import Path

import botocore.session
import moto
import pytest

from tests.engine.refusals.every import RULES
from tests.engine.refusals.rule import MODEL

# The services whose errors no model lists, or not all: moto has them, by their APIs' documentation.
IN_MOTO = {"EC2": "ec2", "RDS": "rds", "S3": "s3"}
# What neither has, read by hand where the rule says.
BY_HAND = {
    ("Secrets Manager", "RotateSecret", "AccessDeniedException"),
    ("EC2", "AllocateAddress", "AddressLimitExceeded"),
    ("EC2", "CreateRoute", "InvalidNatGatewayID.NotFound"),
    ("EC2", "CreateVpc", "VpcLimitExceeded"),
}
WORDS = [
    pytest.param(rule, rule.operations[call], id=f"{rule.service}-{rule.operations[call]}-{rule.code}-{number}")
    for number, rule in enumerate(RULES)
    for call in rule.operations
]


@cache
def models():
    """Return the model of each service by the name that AWS's SDKs print."""
    session = botocore.session.get_session()
    wanted = {rule.service for rule in RULES}
    names = ["cloudwatch", "ec2", "ecr", "iam", "kms", "lambda", "logs", "rds", "s3", "secretsmanager", "sns"]
    found = {session.get_service_model(name).service_id: session.get_service_model(name) for name in names}
    assert wanted == found.keys(), "name the new service here"
    return found


def codes_of(service, operation):
    """Return the codes that the model lists among the operation's errors."""
    shapes = models()[service].operation_model(operation).error_shapes
    return {(shape.metadata.get("error") or {}).get("code") or shape.name for shape in shapes}


@pytest.mark.parametrize(("rule", "operation"), WORDS)
def test_a_code_is_one_of_the_operation_or_says_where_it_is_known_from(rule, operation):
    listed = codes_of(rule.service, operation)

    if rule.source == MODEL:
        assert rule.code in listed, f"the model of {operation} lists {sorted(listed)}"
        return
    assert rule.code not in listed, "the model lists it: leave the source out"
    if (rule.service, operation, rule.code) not in BY_HAND:
        exceptions = Path(moto.__file__).with_name(IN_MOTO[rule.service]) / "exceptions.py"
        assert f'"{rule.code}"' in exceptions.read_text()
