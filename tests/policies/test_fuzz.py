"""No rule crashes, whatever a property is; no message holds a secret."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from policies import tokens
from policies.known import worlds
from policies.known.tables import known
from policies.rule import ResourceRule
from policies.view import UNKNOWN, Resource
from tests.policies.world import RULE_OF, World, add, every, foundation_world, network_world

CANARY = "canary-5f1d9e7c"
DEEP: Any = [[[[[[[["deep"]]]]]]]]
VALUES: tuple[Any, ...] = (
    None, UNKNOWN, True, False, 0, -1, 0.5, 10**18, 1e308, float("inf"), float("nan"), "", " ", "x" * 20_000,
    "line\nbreak\x00\u202e\U0001f600", "true", "1e400", "0.0.0.0/0", '{"Statement": 7}', "[" * 5000,
    '{"Statement": [{"Effect": ["Allow"], "Action": {"a": 1}, "Resource": 7, "Principal": [[1]], "Condition": [1]}]}',
    '{"Statement": [[], null, {"Condition": {"Bool": 3, "StringEquals": {"k": {"a": 1}}}, "Principal": {"AWS": {}}}]}',
    "cron(* * * * * *)", [], [None], [UNKNOWN], [7, "x", {}], {}, {"name": UNKNOWN}, {"x": {"y": None}}, DEEP,
)  # fmt: skip

# Types that rules know and our program doesn't make.
STRANGERS = every(
    add(tokens.EVENT_INVOKE_CONFIG, "stranger-config", {"functionName": "f"}, functionName="lambda-app-function"),
    add(tokens.FUNCTION_URL, "stranger-url", {"authorizationType": "AWS_IAM"}),
    add(tokens.KEY_POLICY, "stranger-key-policy", {"policy": "{}"}),
    add(tokens.MANAGED_POLICY_ATTACHMENT, "stranger-attachment", {"policyArn": "arn"}),
    add(tokens.POLICY, "stranger-policy", {"policy": "{}"}),
    add(tokens.SECURITY_GROUP_RULE, "stranger-rule", {"type": "ingress"}),
    add(tokens.SUBSCRIPTION, "stranger-subscription", {"endpoint": "a@example.com"}, topic="monitoring-topic"),
)
# What is not set on the happy path, and rules look at.
EXTRAS = {
    tokens.CLUSTER: ("masterPassword", "finalSnapshotIdentifier", "publiclyAccessible", "region"),
    tokens.FUNCTION: ("deadLetterConfig", "skipDestroy"),
    tokens.INGRESS_RULE: ("cidrIpv4", "cidrIpv6"),
    tokens.EGRESS_RULE: ("cidrIpv4", "cidrIpv6"),
    tokens.KEY: ("rotationPeriodInDays", "bypassPolicyLockoutSafetyCheck"),
    tokens.ROLE: ("managedPolicyArns", "inlinePolicies"),
    tokens.ROTATION: ("rotationEnabled", "rotationRules.scheduleExpression"),
    tokens.SECRET: ("policy",),
    tokens.SECURITY_GROUP: ("ingress", "egress"),
}
# Values that AWS shows to all who may see the resource, and that a message may repeat to be of use.
SHOWN = {
    "authorizationType", "availabilityZone", "cidrBlock", "cidrIpv4", "cidrIpv6", "clusterIdentifier", "engineVersion",
    "family", "fromPort", "identifier", "imageUri", "instanceClass", "loggingConfig.logGroup", "masterUsername", "name",
    "parameters", "permissionsBoundary", "referencedSecurityGroupId",
    "principal", "region", "tags", "toPort", "tracingConfig.mode", "memorySize", "reservedConcurrentExecutions",
    "backupRetentionPeriod", "deletionWindowInDays", "retentionInDays", "threshold",
}  # fmt: skip
NAMES: dict[worlds.World, tuple[str, ...]] = {
    "service": (
        "lambda-app-function",
        "secrets-rotation-function",
        "monitoring-app-errors",
        "monitoring-app-duration",
        "secrets-bootstrap",
    ),
    "network": tuple(network_world().resources),
    "foundation": tuple(foundation_world().resources),
}
# Resources of a stack whose rules take long.
LARGE = 100
SENSITIVE = ("masterPassword", "secretString", "environment.variables", "assumeRolePolicy", "policy")


def a_world() -> World:
    world = World()
    STRANGERS(world)
    return world


PROGRAMS = pytest.mark.parametrize(
    "make", [a_world, network_world, foundation_world], ids=["service", "network", "foundation"]
)


def has_turn(world: World, turn: int, count: int) -> bool:
    """Tell whether it is an input's turn, which comes more rarely in a large stack.

    No turn divides the number of values, so each of them has its turn in one property or another.
    """
    return count % (turn if len(world.resources) < LARGE else 5 * turn) == 0


def one_of_each(world: World) -> Iterator[Resource]:
    kinds = {(resource.type, resource.peek("packageType")): resource for resource in world.resources.values()}
    return iter(kinds.values())


def paths(resource: Resource) -> Iterator[str]:
    yield from _paths(resource.props, "")
    yield from EXTRAS.get(resource.type, ())


def _paths(value: Any, prefix: str) -> Iterator[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield f"{prefix}{key}"
        yield from _paths(item, f"{prefix}{key}.")


def judged(world: World, name: str, *, count: int = 0) -> list[str]:
    """Return what every rule that looks at the resource says; rules on whole stacks take long, and have their turns."""
    context = world.context()
    type_ = world.resources[name].type
    about_it, whole_stack = has_turn(world, 3, count), has_turn(world, 9, count)
    return [
        line
        for rule in RULE_OF.values()
        if rule.is_about(type_)
        and (isinstance(rule, ResourceRule) or whole_stack or (about_it and type_ in rule.types))
        for line in world.said_by(rule, context, name)
    ]


@PROGRAMS
@pytest.mark.usefixtures("unmeasured")
def test_no_value_of_any_property_crashes_a_rule(make, capsys):
    count = 0
    crashed: list[str] = []
    for resource in one_of_each(make()):
        for path in paths(resource):
            for value in VALUES:
                world = make()
                world.put(resource.name, path, copy.deepcopy(value) if value is not UNKNOWN else value)
                said = judged(world, resource.name, count=count)
                count += 1
                crashed += [f"{path} = {value!r:.60}: {line}" for line in said if ": error: " in line]
    with capsys.disabled():
        print(f" {count} inputs", end="")  # noqa: T201

    assert sorted(set(crashed)) == []


@PROGRAMS
@pytest.mark.usefixtures("unmeasured")
def test_a_resource_of_nothing_at_all_crashes_no_rule(make):
    crashed: list[str] = []
    for resource in one_of_each(make()):
        for props in ({}, dict.fromkeys(resource.props), dict.fromkeys(resource.props, UNKNOWN)):
            world = make()
            world.resources[resource.name] = replace(resource, props=props)
            crashed += [line for line in judged(world, resource.name) if ": error: " in line]

    assert crashed == []


@PROGRAMS
@pytest.mark.usefixtures("unmeasured")
def test_no_message_repeats_a_value_that_may_be_secret(make):
    repeated: dict[str, set[str]] = {}
    count = 0
    for resource in one_of_each(make()):
        for path in paths(resource):
            for value in (CANARY, f'{{"password": "{CANARY}"}}', [CANARY], {"value": CANARY}):
                world = make()
                world.put(resource.name, path, value)
                said = judged(world, resource.name, count=count)
                count += 1
                for line in said:
                    if CANARY in line:
                        repeated.setdefault(path, set()).add(line)

    unexpected = {path: lines for path, lines in repeated.items() if not _shown(path)}
    assert unexpected == {}, "say what is wrong with the value without the value"
    assert not any(path == name or path.startswith(f"{name}.") for path in repeated for name in SENSITIVE)


def _shown(path: str) -> bool:
    """Tell whether a message may repeat the value: it is one of those above, or one of few that are known."""
    bare = tuple(part for part in path.split(".") if not part.isdigit())
    by_value = {
        row.path
        for world, names in NAMES.items()
        for type_ in known(world).types
        for name in names
        for row in known(world).rows(type_, name)
        if row.judge.by_value
    }
    return path in SHOWN or bare[0] in ("tags", "parameters") or any(bare == row[: len(bare)] for row in by_value)
