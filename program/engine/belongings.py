"""What outputs tell of other resources: a group's rules, a role's policies, a cluster's instances, a table's routes.

The program makes these as resources of their own, which tell of themselves. So of such an output only that counts that
no resource of the stack is: what somebody added by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from policies import tokens
from program.engine.group_rules import declared_rule, told_rules
from program.engine.pulumi_cli.checkpoint import State
from program.manifest.canonical import JsonObject, JsonValue

# The resource that is another's policy, and the property that says whose.
_POLICIES: Mapping[str, tuple[str, str]] = {
    tokens.SECRET: (tokens.SECRET_POLICY, "secretArn"),
    tokens.TOPIC: (tokens.TOPIC_POLICY, "arn"),
}


# What a route resource calls otherwise than the table that has it, and what plays no part in where it leads.
_IN_A_TABLE: Mapping[str, str] = {"destinationCidrBlock": "cidrBlock", "destinationIpv6CidrBlock": "ipv6CidrBlock"}
_NOT_OF_A_ROUTE = ("__defaults", "region")


class Belongings:
    """Tells what belongs to the resources of one deployment; made from what is deployed."""

    def __init__(self, states: Iterable[State]) -> None:
        self._states = [state for state in states if state.custom]

    def left_out(self, type_: str, id_: str) -> frozenset[str]:
        """Return the outputs that resources of the stack are, and that tell nothing of the resource itself."""
        policy = _POLICIES.get(type_)
        own = policy is not None and any(_is_of(state, *policy, id_) for state in self._states)
        return frozenset({*_ADDED.get(type_, {}), *(("policy",) if own else ())})

    def added(self, type_: str, id_: str, outputs: JsonObject) -> dict[str, list[JsonValue]]:
        """Return by property what these outputs of a resource have beyond the stack's own resources, where anything."""
        found = {key: added(self._states, id_, outputs) for key, added in _ADDED.get(type_, {}).items()}
        return {key: items for key, items in found.items() if items}


def _rules(direction: str, type_: str) -> Callable[[list[State], str, JsonObject], list[JsonValue]]:
    def added(states: list[State], id_: str, outputs: JsonObject) -> list[JsonValue]:
        own = {declared_rule(state.inputs) for state in states if _is_of(state, type_, "securityGroupId", id_)}
        return [rule.block for rule in sorted(set(told_rules(outputs.get(direction), id_)) - own)]

    return added


def _attached(states: list[State], id_: str, outputs: JsonObject) -> list[JsonValue]:
    attachments = [state.inputs for state in states if state.type == tokens.MANAGED_POLICY_ATTACHMENT]
    own = {inputs.get("policyArn") for inputs in attachments if inputs.get("role") == id_}
    return [arn for arn in _list(outputs, "managedPolicyArns") if arn not in own]


def _inline(states: list[State], id_: str, outputs: JsonObject) -> list[JsonValue]:
    own = {state.inputs.get("name") for state in states if _is_of(state, tokens.ROLE_POLICY, "role", id_)}
    policies = [
        policy for policy in _list(outputs, "inlinePolicies") if isinstance(policy, dict) and policy.get("name")
    ]
    return [policy for policy in policies if policy.get("name") not in own]


def _members(states: list[State], id_: str, outputs: JsonObject) -> list[JsonValue]:
    own = {state.id for state in states if _is_of(state, tokens.CLUSTER_INSTANCE, "clusterIdentifier", id_)}
    return [member for member in _list(outputs, "clusterMembers") if member not in own]


def _routes(states: list[State], id_: str, outputs: JsonObject) -> list[JsonValue]:
    own = [
        _set({_IN_A_TABLE.get(key, key): value for key, value in state.inputs.items() if key != "routeTableId"})
        for state in states
        if _is_of(state, tokens.ROUTE, "routeTableId", id_)
    ]
    return [route for route in _list(outputs, "routes") if isinstance(route, dict) and _set(route) not in own]


def _set(route: JsonObject) -> JsonObject:
    """Return what the route says: a table tells each way that a route doesn't have as an empty text."""
    return {key: value for key, value in route.items() if value and key not in _NOT_OF_A_ROUTE}


def _is_of(state: State, type_: str, key: str, id_: str) -> bool:
    return state.type == type_ and state.inputs.get(key) == id_


def _list(outputs: JsonObject, key: str) -> list[JsonValue]:
    value = outputs.get(key)
    return value if isinstance(value, list) else []


_ADDED: Mapping[str, Mapping[str, Callable[[list[State], str, JsonObject], list[JsonValue]]]] = {
    tokens.CLUSTER: {"clusterMembers": _members},
    tokens.ROLE: {"inlinePolicies": _inline, "managedPolicyArns": _attached},
    tokens.ROUTE_TABLE: {"routes": _routes},
    tokens.SECURITY_GROUP: {
        "egress": _rules("egress", tokens.EGRESS_RULE),
        "ingress": _rules("ingress", tokens.INGRESS_RULE),
    },
}
