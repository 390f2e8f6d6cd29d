"""What AWS's own models of the calls refuse is found, and every type of the foundation is asked about."""

from dataclasses import replace

import pytest
from google.protobuf import json_format

from tests.program.foundation import made
from tests.program.foundation.aws_requests import MADE_BY, requests
from tests.program.recorded import find
from tests.program.service.aws_requests import problems


def aws(recording):
    return [item for item in recording.registrations if item.type.startswith("aws:")]


def test_every_type_of_the_table_is_made():
    assert set(MADE_BY) <= {item.type for item in aws(made.foundation())}


@pytest.mark.parametrize(
    ("name", "prop", "value", "said"),
    [
        ("image-repository-us-east-2", "name", "Parity App", "not of the form"),
        ("image-repository-us-east-2", "imageTagMutability", "SOMETIMES", "none of"),
        ("service-deploy-dev-role", "name", "x" * 65, "more than 64"),
        ("service-deploy-dev-policy-1", "name", "a policy", "not of the form"),
        ("state-bucket-versions", "versioningConfiguration", {"status": "On"}, "none of"),
        ("state-bucket-ownership", "rule", {"objectOwnership": "Everybody"}, "none of"),
    ],
)
def test_what_aws_would_refuse_is_found(name, prop, value, said):
    item = find(made.foundation(), name)
    properties = json_format.ParseDict({**item.inputs, prop: value}, type(item.properties)())

    found = [each for call in requests(replace(item, properties=properties)) for each in problems(*call)]
    assert any(said in each for each in found), found
