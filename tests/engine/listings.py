"""What AWS lists when it is asked for what could be a resource: by name, by tags, by the group that a rule is in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policies import tokens
from tests.engine.cloud_file import Contents

Answer = dict[str, Any]


def _groups(contents: Contents, asked: Mapping[str, Any]) -> Answer:
    filters = {item["name"]: item["values"] for item in asked["filters"]}
    return {
        "ids": [
            id_
            for id_, existing in _all(contents, tokens.SECURITY_GROUP)
            if existing.get("name") in filters["group-name"] and existing.get("vpcId") in filters["vpc-id"]
        ]
    }


def _rules(contents: Contents, asked: Mapping[str, Any]) -> Answer:
    (only,) = asked["filters"]
    return {
        "ids": [
            id_
            for type_ in (tokens.INGRESS_RULE, tokens.EGRESS_RULE)
            for id_, existing in _all(contents, type_)
            if existing.get("securityGroupId") in only["values"]
        ]
    }


def _secrets(contents: Contents, asked: Mapping[str, Any]) -> Answer:
    (only,) = asked["filters"]
    return {
        "arns": [
            id_ for id_, existing in _all(contents, tokens.SECRET) if existing["name"].startswith(tuple(only["values"]))
        ]
    }


def _tagged(contents: Contents, asked: Mapping[str, Any]) -> Answer:
    wanted = [(item["key"], item["values"]) for item in asked["tagFilters"]]
    found = [
        existing["arn"]
        for _, existing in _all(contents, tokens.KEY)
        if all(existing.get("tags", {}).get(key) in values for key, values in wanted)
    ]
    return {"resourceTagMappingLists": [{"resourceArn": arn} for arn in found]}


def _all(contents: Contents, type_: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for id_, existing in contents.resources.get(type_, {}).items():
        yield id_, existing.properties


LISTINGS: Mapping[str, Callable[[Contents, Mapping[str, Any]], Answer]] = {
    "aws:ec2/getSecurityGroups:getSecurityGroups": _groups,
    "aws:resourcegroupstaggingapi/getResources:getResources": _tagged,
    "aws:secretsmanager/getSecrets:getSecrets": _secrets,
    "aws:vpc/getSecurityGroupRules:getSecurityGroupRules": _rules,
}
