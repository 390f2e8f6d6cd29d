"""Ten mistakes that policies written by hand had: each is closed now, and each test fails on those policies."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template

import pytest

from program.foundation.rights.keys import state_key_policy
from tests.program.foundation.attacks import EVERYTHING
from tests.program.foundation.authorizer import Principal, Request, allows
from tests.program.foundation.test_on_behalf import log_streams
from tests.program.foundation.world import ACCOUNT, document, world
from tests.program.recorded import find

FOLDER = Path(__file__).with_name("by_hand")
# Which of the files each role had.
FILES = {
    "preview": ["state-read"],
    "drift": ["state-read", "read"],
    "deploy": ["state-read", "state-write", "read", "deploy-functions", "deploy-data"],
}
NAMES = {
    "ACCOUNT_ID": ACCOUNT,
    "REGION": "us-east-1",
    "STATE_REGION": "us-east-1",
    "STATE_BUCKET": "parity-state",
    "STATE_KEY_ID": "bucket",
    "STACK": "prod",
    "ENVIRONMENT": "prod",
    "SUFFIX": "main",
}


class Derived:
    """The rights as they are derived."""

    state_key = state_key_policy(ACCOUNT)

    def principal(self, kind):
        return world("prod").principal(kind)

    @cached_property
    def monitoring(self):
        return world("prod").service_role("database-monitoring-role")

    def key_policy(self, place):
        return find(place.recording, "tap-key").inputs["policy"]


@dataclass
class ByHand:
    """The rights as they once were written."""

    @cached_property
    def state_key(self):
        return self._file("state-key")

    def principal(self, kind):
        return Principal(f"arn:aws:iam::{ACCOUNT}:role/parity-{kind}", tuple(map(self._file, FILES[kind])))

    @cached_property
    def monitoring(self):
        group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:RDSOSMetrics"
        made = {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:PutRetentionPolicy"], "Resource": [group]}
        return Principal(f"arn:aws:iam::{ACCOUNT}:role/monitoring", (document(made),))

    def key_policy(self, place):
        """Return the key's policy without what names the roles that deploy and compare."""
        found = json.loads(find(place.recording, "tap-key").inputs["policy"])["Statement"]
        return document(*(item for item in found if not item["Sid"].startswith(("Deploy", "Compare"))))

    def _file(self, name):
        return Template((FOLDER / f"{name}.json").read_text()).substitute(NAMES)


def key_request(place, action, **context):
    return Request(action, place.arn("tap-key"), {"aws:RequestedRegion": "us-east-1", **context})


def tags_of(place, kind):
    return {f"aws:{kind}Tag/{key}": value for key, value in place.copy.tags.items()}


def role(action, **context):
    return Request(f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:role/prod-app-role-main", context)


def may_refresh_with_the_key(side):
    """1. Without the key a refresh fails, or sees drift of every variable."""
    key = side.key_policy(world("prod"))
    return all(
        allows(
            side.principal("drift"),
            key_request(world("prod"), "kms:Decrypt", **{"kms:ViaService": f"{service}.us-east-1.amazonaws.com"}),
            key,
        )
        for service in ("secretsmanager", "lambda")
    )


def a_person_may_set_up_and_use_the_states_key(side):
    """2. Nobody could give the state's key its alias, and no person encrypt or decrypt with it."""
    person = Principal(f"arn:aws:iam::{ACCOUNT}:role/Administrator", (EVERYTHING,))
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/bucket"
    actions = ("kms:CreateAlias", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
    return all(allows(person, Request(action, key), side.state_key) for action in actions)


def monitoring_writes_its_log_group(side):
    """3. CloudWatch Logs compares a group with its ARN and `:*`."""
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:RDSOSMetrics:*"
    made = [Request(f"logs:{name}", group) for name in ("CreateLogGroup", "PutRetentionPolicy")]
    written = Request("logs:PutLogEvents", log_streams("RDSOSMetrics"))
    return all(allows(side.monitoring, request) for request in (*made, written))


def subscriptions_can_be_read_and_ended(side):
    """4. AWS knows no resource for a subscription."""
    anywhere = {"aws:RequestedRegion": "us-east-1"}
    return allows(side.principal("drift"), Request("sns:GetSubscriptionAttributes", "*", anywhere)) and all(
        allows(side.principal("deploy"), Request(f"sns:{action}", "*", anywhere))
        for action in ("Unsubscribe", "SetSubscriptionAttributes")
    )


def left_over_network_interfaces_can_be_deleted(side):
    """5. A function leaves its interfaces behind, and a security group waits for them."""
    interface = f"arn:aws:ec2:us-east-1:{ACCOUNT}:network-interface/eni-1"
    return all(
        allows(side.principal("deploy"), Request(f"ec2:{action}", interface))
        for action in ("DetachNetworkInterface", "DeleteNetworkInterface")
    )


def no_key_is_taken_over_by_its_tags(side):
    """6. Whoever may tag a key and is fenced by tags owns every key of the region."""
    other = world("prod", "team2-main")
    key, deploy = side.key_policy(other), side.principal("deploy")
    tag = key_request(
        other, "kms:TagResource", **tags_of(world("prod"), "Request"), **{"aws:TagKeys": ("Environment",)}
    )
    take = key_request(other, "kms:PutKeyPolicy", **tags_of(world("prod"), "Resource"))
    return not (allows(deploy, tag, key) and allows(deploy, take, key))


def nobody_becomes_administrator_by_a_role_of_his_own(side):
    """7. To make a role, write its policy and give it to a function is to be administrator."""
    chain = (role("CreateRole"), role("PutRolePolicy"))
    return not all(allows(side.principal("deploy"), request) for request in chain)


def a_preview_reads_its_own_state_alone(side):
    """8. A preview could read every stack's state."""
    file = Request("s3:GetObject", "arn:aws:s3:::parity-state/.pulumi/stacks/parity/{}.json")
    own, other = (Request(file.action, file.resource.format(stack)) for stack in ("prod", "dev"))
    return allows(side.principal("preview"), own) and not allows(side.principal("preview"), other)


def a_suffix_that_ends_alike_is_another_copy(side):
    """9. prod-*-main also matches the copy with the suffix team2-main."""
    other = Request("rds:DeleteDBCluster", world("prod", "team2-main").arn("database-cluster"))
    own = Request("rds:DeleteDBCluster", world("prod").arn("database-cluster"))
    return allows(side.principal("deploy"), own) and not allows(side.principal("deploy"), other)


def a_new_key_is_its_makers_at_once(side):
    """10. A tag can take minutes to count, and the provider does not wait."""
    key = side.key_policy(world("prod"))
    actions = ("kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:DescribeKey")
    return all(allows(side.principal("deploy"), key_request(world("prod"), action), key) for action in actions)


CASES = (
    may_refresh_with_the_key,
    a_person_may_set_up_and_use_the_states_key,
    monitoring_writes_its_log_group,
    subscriptions_can_be_read_and_ended,
    left_over_network_interfaces_can_be_deleted,
    no_key_is_taken_over_by_its_tags,
    nobody_becomes_administrator_by_a_role_of_his_own,
    a_preview_reads_its_own_state_alone,
    a_suffix_that_ends_alike_is_another_copy,
    a_new_key_is_its_makers_at_once,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_what_was_wrong_is_right(case):
    assert case(Derived()), f"{case.__doc__} It is so again: mend program/foundation/rights"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_policies_that_were_written_by_hand_are_found_wrong(case):
    assert not case(ByHand()), f"{case.__doc__} The case does not find it: mend the case"
