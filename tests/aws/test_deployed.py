"""Every form of the three projects is made in moto's server, in the order that it declares, and read back."""

import logging
from pathlib import Path

import pytest
import yaml

from tests.aws.account import Account, Server, ordered
from tests.aws.modes import aws, fullest, recording_of, sampled_forms
from tests.aws.readback import LEAVES_NOTHING, READS, differences, same
from tests.program.recorded import ACCOUNT, find

GAPS = yaml.safe_load(Path(__file__).with_name("moto_gaps.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def server():
    with pytest.MonkeyPatch.context() as patch:
        # moto's server writes a line for each call.
        patch.setattr(logging.getLogger("werkzeug"), "level", logging.ERROR)
        patch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
        with Server() as server:
            yield server


@pytest.fixture
def made(server):
    def make(form):
        server.reset()
        return Account(server, form)

    return make


@pytest.mark.parametrize("form", sampled_forms(), ids=str)
def test_what_was_asked_for_is_there(made, form):
    account = made(form)

    assert account.refused == {}
    left = {key: said for key, said in differences(account).items() if key not in GAPS}
    assert left == {}, "moto doesn't keep what it was told: mend the call, or write into moto_gaps.yaml why"


def test_no_gap_of_moto_is_closed_by_now(made):
    found = set().union(*(differences(made(form)) for form in fullest()))

    assert GAPS.keys() - found == set(), "moto keeps it: take it out of moto_gaps.yaml"


def test_the_fullest_forms_have_every_type_that_is_read():
    there = {item.type for form in fullest() for item in aws(recording_of(form))}

    assert there == READS.keys()
    assert there >= LEAVES_NOTHING.keys()


CHANGES = {
    "EnableDnsSupport": ("vpc-network", "ec2", "modify_vpc_attribute", "VpcId", {"EnableDnsSupport": {"Value": False}}),
    "MapPublicIpOnLaunch": (
        *("subnets-private-0", "ec2", "modify_subnet_attribute", "SubnetId"),
        {"MapPublicIpOnLaunch": {"Value": True}},
    ),
    "Policy": ("flow-log-key", "kms", "put_key_policy", "KeyId", {"PolicyName": "default", "Policy": "{}"}),
    "Tags": ("flow-log-key", "kms", "untag_resource", "KeyId", {"TagKeys": ["Project"]}),
}


@pytest.mark.parametrize("parameter", CHANGES)
def test_what_somebody_changed_is_read(made, parameter):
    name, service, operation, key, arguments = CHANGES[parameter]
    account = made(fullest()[1])
    item = find(account.recording, name)
    getattr(account.client(service), operation)(**{key: account.id_of(item)}, **arguments)

    assert differences(account).keys() - GAPS.keys() == {f"{item.type}: {parameter}"}


def test_a_resource_that_waits_for_nothing_comes_before_one_that_waits():
    items = aws(recording_of(fullest()[1]))
    order = [item.urn for item in ordered(items)]

    assert sorted(order) == sorted(item.urn for item in items)
    assert order != [item.urn for item in items], "the order is to be another than the program's"
    for item in items:
        waits = [other for other in item.dependencies if other in order]
        assert all(order.index(other) < order.index(item.urn) for other in waits)


@pytest.mark.parametrize(
    ("asked", "found", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"b": 2}, False),
        ([1, 2], [2, 1, 3], True),
        ([1, 2], [2], False),
        ("name", "arn:aws:iam::1:role/name", True),
        ("name", "arn:aws:iam::1:role/a-name", False),
        ('{"a": [1]}', {"a": [1]}, True),
        ('{"a": [1]}', {"a": [2]}, False),
        (True, None, False),
        ([], None, False),
    ],
)
def test_two_values_are_the_same_where_aws_adds_or_sorts(asked, found, expected):
    assert same(asked, found) is expected
