"""What AWS tells of one resource and knows from others: a group's rules, a role's policies, a cluster's instances.

What stands in the cloud's file under these names was done by hand: nobody made a resource of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from policies import tokens
from tests.engine.cloud_file import Contents

Properties = Mapping[str, Any]
_PEERS = {
    "cidrIpv4": "cidrBlocks",
    "cidrIpv6": "ipv6CidrBlocks",
    "prefixListId": "prefixListIds",
    "referencedSecurityGroupId": "securityGroups",
}


def told_of_others(contents: Contents, type_: str, id_: str, own: Properties) -> dict[str, Any]:
    """Return the outputs of a resource that others make, with what was done by hand after them."""
    told = {key: others(contents, id_) for key, others in _OTHERS.get(type_, {}).items()}
    lists = {key: [*value, *own.get(key, [])] for key, value in told.items() if isinstance(value, list)}
    return {**told, **lists}


def _of(contents: Contents, type_: str, key: str, id_: str) -> list[tuple[str, Properties]]:
    existing = contents.resources.get(type_, {})
    return [(other, item.properties) for other, item in sorted(existing.items()) if item.properties.get(key) == id_]


def _rules(type_: str) -> Callable[[Contents, str], Any]:
    def told(contents: Contents, id_: str) -> list[Any]:
        blocks: dict[tuple[Any, ...], dict[str, Any]] = {}
        for _, rule in _of(contents, type_, "securityGroupId", id_):
            ports = (rule["ipProtocol"], rule.get("fromPort"), rule.get("toPort"), rule.get("description", ""))
            names = ("protocol", "fromPort", "toPort", "description")
            # The provider puts peers of the same ports and words into one block.
            block = blocks.setdefault(ports, {**dict(zip(names, ports, strict=True)), "self": False})
            for key, name in _PEERS.items():
                block.setdefault(name, [])
                block[name] += [rule[key]] if rule.get(key) else []
        return list(blocks.values())

    return told


def _inline(contents: Contents, id_: str) -> list[Any]:
    policies = _of(contents, tokens.ROLE_POLICY, "role", id_)
    return [{"name": policy["name"], "policy": policy["policy"]} for _, policy in policies]


def _members(contents: Contents, id_: str) -> list[Any]:
    return [member for member, _ in _of(contents, tokens.CLUSTER_INSTANCE, "clusterIdentifier", id_)]


def _policy(type_: str, key: str) -> Callable[[Contents, str], Any]:
    return lambda contents, id_: next((each["policy"] for _, each in _of(contents, type_, key, id_)), "")


_OTHERS: Mapping[str, Mapping[str, Callable[[Contents, str], Any]]] = {
    tokens.CLUSTER: {"clusterMembers": _members},
    tokens.ROLE: {"inlinePolicies": _inline, "managedPolicyArns": lambda *_: []},
    tokens.SECRET: {"policy": _policy(tokens.SECRET_POLICY, "secretArn")},
    tokens.SECURITY_GROUP: {
        "egress": _rules(tokens.EGRESS_RULE),
        "ingress": _rules(tokens.INGRESS_RULE),
    },
    tokens.TOPIC: {"policy": _policy(tokens.TOPIC_POLICY, "arn")},
}
