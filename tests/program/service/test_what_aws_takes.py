"""What AWS's own models of the calls refuse is found, and every type of the service and the network is asked about."""

from dataclasses import replace

import pytest
from google.protobuf import json_format

from tests.program.foundation.inventory_source import MODES, NETWORK_MODES, network_without_limits
from tests.program.foundation.world import world
from tests.program.recorded import find, record_program
from tests.program.service.aws_requests import MADE_BY, problems, requests


def aws(recording):
    return [item for item in recording.registrations if item.type.startswith("aws:")]


def network(mode, stack="network/prod"):
    return record_program(network_without_limits, stack, **mode)


def test_every_type_that_the_program_makes_is_asked():
    made = {item.type for mode in range(len(MODES)) for item in aws(world("prod", "main", mode).recording)}

    of_the_network = {item.type for mode in NETWORK_MODES for item in aws(network(mode))}

    assert made | of_the_network == set(MADE_BY)


@pytest.mark.parametrize(
    ("name", "prop", "value", "said"),
    [
        ("lambda-app-function", "memorySize", 64, "valid min value: 128"),
        ("lambda-app-function", "timeout", "soon", "Invalid type"),
        ("lambda-app-function", "packageType", "Box", "none of"),
        ("secrets-rotation-function", "runtime", "python9.9", "none of"),
        ("tap-key", "deletionWindowInDays", 366, "more than 365"),
        ("tap-key-alias", "name", "parity key", "not of the form"),
        ("monitoring-app-errors", "comparisonOperator", "Above", "none of"),
        ("monitoring-app-errors", "name", "x" * 300, "more than 255"),
        ("lambda-app-role", "name", "a role", "not of the form"),
        ("database-instance-parameters", "parameters", [{"name": "x", "applyMethod": "now"}], "none of"),
        ("lambda-app-logs", "name", "a group", "not of the form"),
        ("secrets-schedule", "rotationRules", {"automaticallyAfterDays": 1001}, "more than 1000"),
    ],
)
def test_what_aws_would_refuse_is_found(name, prop, value, said):
    item = find(world("prod").recording, name)
    properties = json_format.ParseDict({**item.inputs, prop: value}, type(item.properties)())

    found = [each for call in requests(replace(item, properties=properties)) for each in problems(*call)]
    assert any(said in each for each in found), found


def test_an_input_that_goes_nowhere_is_told():
    item = find(world("prod").recording, "monitoring-topic")
    properties = json_format.ParseDict({**item.inputs, "unheardOf": 1}, type(item.properties)())

    with pytest.raises(AssertionError, match="CreateTopic takes no unheardOf"):
        list(requests(replace(item, properties=properties)))
