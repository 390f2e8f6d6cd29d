"""What EC2 refuses: groups in use, rules alike, what isn't there.

AWS's model lists no errors of EC2; the codes are those that the Terraform provider waits for, and moto raises. A group
that is in use is refused at once, where the provider asks again for a quarter of an hour. Not known here: who else uses
the groups, the network's own rules and quotas, prefix lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Properties, Rule, at, gone, missing

PROVIDER = "terraform-provider-aws, internal/service/ec2/errors.go"
CODES = "the documentation of EC2's error codes"
RULES_QUOTA = "rules of a security group in one direction"
# What EC2 takes in the words of a group or of a rule: the documentation of CreateSecurityGroup and of IpRange.
_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
# What makes two rules of a group alike.
_SAME = ("cidrIpv4", "cidrIpv6", "fromPort", "ipProtocol", "prefixListId", "referencedSecurityGroupId", "toPort")


def group_in_use(asked: Asked) -> Iterator[str]:
    """Say who uses the group: a rule of another, a database, a function's interface that is not being given back."""
    for type_ in (tokens.INGRESS_RULE, tokens.EGRESS_RULE):
        for id_, rule in asked.account.all(type_):
            if rule.get("referencedSecurityGroupId") == asked.id and rule.get("securityGroupId") != asked.id:
                yield f"{asked.id} has a dependent object: rule {id_} of {rule.get('securityGroupId')}"
    for id_, cluster in asked.account.all(tokens.CLUSTER):
        if asked.id in at(cluster, "vpcSecurityGroupIds"):
            yield f"{asked.id} has a dependent object: cluster {id_}"
    for interface in asked.account.interfaces(str(asked.id)):
        if interface.used_by or interface.held:
            yield f"{asked.id} has a dependent object: a network interface of function {interface.made_for}"


def name_taken(asked: Asked) -> Iterator[str]:
    """Say that the VPC has a group of the name."""
    for id_, other in asked.account.all(tokens.SECURITY_GROUP):
        if all(asked.new.get(key) == other.get(key) for key in ("name", "vpcId")):
            yield f"the security group {asked.new.get('name')} exists already ({id_})"


def rule_alike(asked: Asked) -> Iterator[str]:
    """Say that the group has such a rule."""
    for id_, other in _rules(asked):
        if id_ != asked.id and _alike(asked.new, other):
            yield f"the rule exists already ({id_})"


def too_many_rules(asked: Asked) -> Iterator[str]:
    """Say that the group has as many rules as it may."""
    most = asked.account.quota(RULES_QUOTA)
    if len(list(_rules(asked))) >= most:
        yield f"{asked.new.get('securityGroupId')} has its {most} rules"


def _rules(asked: Asked) -> Iterator[tuple[str, Properties]]:
    for id_, other in asked.account.all(asked.type):
        if other.get("securityGroupId") == asked.new.get("securityGroupId"):
            yield id_, other


def _alike(one: Properties, other: Properties) -> bool:
    return all(one.get(key) == other.get(key) for key in _SAME)


def words_not_taken(asked: Asked) -> Iterator[str]:
    """Say that a description has a character that EC2 doesn't take, an apostrophe for one."""
    said = str(asked.new.get("description", ""))
    if not _DESCRIPTION.fullmatch(said):
        yield f"Invalid security group description: {said}"


_GROUP = partial(Rule, type=tokens.SECURITY_GROUP, service="EC2", source=PROVIDER)


def _rules_of_a_rule(type_: str, direction: str) -> tuple[Rule, ...]:
    rule = partial(Rule, type=type_, service="EC2", source=PROVIDER)
    create = {"create": f"AuthorizeSecurityGroup{direction}"}
    both = {**create, "update": "ModifySecurityGroupRules"}
    modify = {"update": "ModifySecurityGroupRules"}
    return (
        rule(operations=both, code="InvalidParameterValue", judge=words_not_taken, source=CODES),
        rule(operations=modify, code="InvalidSecurityGroupRuleId.NotFound", judge=gone),
        rule(operations=create, code="InvalidGroup.NotFound", judge=missing("securityGroupId", Account.has_group)),
        rule(
            operations=both,
            code="InvalidGroup.NotFound",
            judge=missing("referencedSecurityGroupId", Account.has_group),
        ),
        rule(operations=both, code="InvalidPermission.Duplicate", judge=rule_alike),
        rule(operations=create, code="RulesPerSecurityGroupLimitExceeded", judge=too_many_rules, source=CODES),
    )


RULES: tuple[Rule, ...] = (
    _GROUP(operations={"update": "DescribeSecurityGroups"}, code="InvalidGroup.NotFound", judge=gone),
    _GROUP(
        operations={"create": "CreateSecurityGroup"},
        code="InvalidVpcID.NotFound",
        judge=missing("vpcId", Account.has_vpc),
    ),
    _GROUP(
        operations={"create": "CreateSecurityGroup"},
        code="InvalidGroup.Duplicate",
        judge=name_taken,
        source=CODES,
    ),
    _GROUP(
        operations={"create": "CreateSecurityGroup"},
        code="InvalidParameterValue",
        judge=words_not_taken,
        source=CODES,
    ),
    _GROUP(operations={"delete": "DeleteSecurityGroup"}, code="DependencyViolation", judge=group_in_use),
    *_rules_of_a_rule(tokens.INGRESS_RULE, "Ingress"),
    *_rules_of_a_rule(tokens.EGRESS_RULE, "Egress"),
)
