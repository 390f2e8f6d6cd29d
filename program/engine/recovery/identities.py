"""How a resource is found again whose id was never written down: data, by type.

Most ids follow from what the program gives, so that one that was being made is looked for under that. Of the types that
AWS names, it is asked for those that could be it. What could be neither is made again, where that leaves nothing over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from program.manifest.canonical import JsonObject, JsonValue

_GIVEN = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A function of the provider that lists what could be the resource; it answers nothing where nothing is.

    `arguments` have `{property}` where an input stands; `answer` is the output with the ids, each the last part of an
    ARN where `of` names one in it. `same` are the inputs by which the resource is told from others.
    """

    function: str
    arguments: JsonObject
    answer: str
    of: str | None = None
    same: tuple[str, ...]


# The id by which `pulumi import` takes one, of the inputs; `{region}` and `{account}` are the stack's.
IMPORT_IDS: Mapping[str, str] = {
    "aws:cloudwatch/logGroup:LogGroup": "{name}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "{name}",
    "aws:iam/role:Role": "{name}",
    "aws:iam/rolePolicy:RolePolicy": "{role}:{name}",
    "aws:kms/alias:Alias": "{name}",
    "aws:lambda/function:Function": "{name}",
    "aws:rds/cluster:Cluster": "{clusterIdentifier}",
    "aws:rds/clusterInstance:ClusterInstance": "{identifier}",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "{name}",
    "aws:rds/parameterGroup:ParameterGroup": "{name}",
    "aws:rds/subnetGroup:SubnetGroup": "{name}",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "{secretArn}",
    "aws:secretsmanager/secretRotation:SecretRotation": "{secretId}",
    "aws:sns/topic:Topic": "arn:aws:sns:{region}:{account}:{name}",
    "aws:sns/topicPolicy:TopicPolicy": "{arn}",
}
_RULES_OF_A_GROUP: JsonObject = {"filters": [{"name": "group-id", "values": ["{securityGroupId}"]}]}
_RULE = ("securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6", "prefixListId")
_RULES = Question(
    function="aws:vpc/getSecurityGroupRules:getSecurityGroupRules",
    arguments=_RULES_OF_A_GROUP,
    answer="ids",
    same=(*_RULE, "referencedSecurityGroupId"),
)
QUESTIONS: Mapping[str, Question] = {
    "aws:ec2/securityGroup:SecurityGroup": Question(
        function="aws:ec2/getSecurityGroups:getSecurityGroups",
        arguments={
            "filters": [
                {"name": "group-name", "values": ["{name}"]},
                {"name": "vpc-id", "values": ["{vpcId}"]},
            ]
        },
        answer="ids",
        same=("name", "vpcId"),
    ),
    # A key has no name of its own; its tags are the stack's, and a key that AWS is deleting is none.
    "aws:kms/key:Key": Question(
        function="aws:resourcegroupstaggingapi/getResources:getResources",
        arguments={"resourceTypeFilters": ["kms:key"], "tagFilters": "{tags}"},
        answer="resourceTagMappingLists",
        of="resourceArn",
        same=("description",),
    ),
    # The filter takes what begins with the name, too.
    "aws:secretsmanager/secret:Secret": Question(
        function="aws:secretsmanager/getSecrets:getSecrets",
        arguments={"filters": [{"name": "name", "values": ["{name}"]}]},
        answer="arns",
        same=("name",),
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULES,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULES,
}
# Why one more does no harm.
MADE_AGAIN: Mapping[str, str] = {
    "aws:lambda/permission:Permission": "one more statement that says the same goes with the function",
    "aws:secretsmanager/secretVersion:SecretVersion": "one more version without a password is replaced by a rotation",
    "aws:sns/topicSubscription:TopicSubscription": "SNS answers a second request with the subscription that it has",
}


def filled(value: JsonValue, given: Mapping[str, JsonValue]) -> JsonValue:
    """Return the template with what is given in its places; raise KeyError for a property that isn't."""
    if isinstance(value, dict):
        return {key: filled(item, given) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, given) for item in value]
    if value == "{tags}":
        return list(_tag_filters(given["tags"]))
    return _GIVEN.sub(lambda match: _text(given[match[1]]), value) if isinstance(value, str) else value


def ids_in(question: Question, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of what the provider listed, sorted."""
    listed = answer[question.answer]
    if question.of is None:
        return tuple(sorted(str(id_) for id_ in listed))
    return tuple(sorted(str(item[question.of]).rpartition("/")[2] for item in listed))


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise KeyError(value)
    return value


def _tag_filters(tags: JsonValue) -> Iterator[JsonObject]:
    for key, value in sorted(tags.items()) if isinstance(tags, dict) else ():
        if isinstance(value, str):
            yield {"key": key, "values": [value]}
