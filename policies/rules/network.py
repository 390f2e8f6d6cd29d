"""Rules on security groups: who may come in, and what may go out."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies import tokens
from policies.context import Context
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import shown
from policies.view import Resource, StackView

# A range of at most this many leading bits is taken for the whole internet: 0.0.0.0/1 is half of it.
_WIDEST_PREFIX = 8
_WIDEST_PREFIX_6 = 16
HTTPS = 443
# What EC2 takes in the words of a group or a rule: the documentation of CreateSecurityGroup and IpRange.
_TAKEN = "._-:/()#,@[]+=&;{}!$*"
_NOT_TAKEN = re.compile(rf"[^a-zA-Z0-9 {re.escape(_TAKEN)}]")
_LONGEST = 255
_SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_INLINE_SOURCES = ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups", "self")


def _is_open(text: object) -> bool:
    """Tell whether the range is the internet, or a good part of it; text that is no range counts as one."""
    try:
        network = ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return True
    private = network.is_private and network.prefixlen >= _WIDEST_PREFIX
    return not private and network.prefixlen <= (_WIDEST_PREFIX if network.version == 4 else _WIDEST_PREFIX_6)  # noqa: PLR2004


def _ranges(resource: Resource, inline: str) -> list[object]:
    """Return the ranges of a rule, or of a group's inline rules."""
    if resource.type != tokens.SECURITY_GROUP:
        return [found for prop in ("cidrIpv4", "cidrIpv6") if (found := resource.get(prop)) is not None]
    lists = [block.get(prop) for block in _blocks(resource, inline) for prop in ("cidrBlocks", "ipv6CidrBlocks")]
    return [found for listed in lists if isinstance(listed, list) for found in listed]


def _sources(resource: Resource) -> Iterator[bool]:
    """Tell of the rule, or of each inline rule of the group, whether it says who may come in."""
    if resource.type == tokens.SECURITY_GROUP:
        yield from (any(block.get(prop) for prop in _INLINE_SOURCES) for block in _blocks(resource, "ingress"))
    else:
        yield any(resource.peek(prop) is not None for prop in _SOURCES)


def _blocks(group: Resource, inline: str) -> list[Mapping[str, Any]]:
    return [block for block in group.items(inline) if isinstance(block, Mapping)]


def _ports(resource: Resource, way: str) -> Iterator[str]:
    if resource.type == tokens.SECURITY_GROUP:
        return  # sg-hygiene refuses inline rules, whatever their ports
    if resource.get("ipProtocol") == "-1":
        yield "ipProtocol is -1; name the protocol and the port"
    elif resource.peek("fromPort") is None or resource.peek("toPort") is None:
        yield "fromPort and toPort are not both set; name the port"
    elif resource.number("fromPort") != resource.number("toPort"):
        first, last = shown(resource.get("fromPort")), shown(resource.get("toPort"))
        yield f"lets ports {first} to {last} {way}; name the one port"


def _ingress(resource: Resource, _context: Context) -> Iterator[str]:
    yield from _ports(resource, "in")
    if not all(_sources(resource)):
        yield "names no source; say which security group may come in"
    for found in _ranges(resource, "ingress"):
        if _is_open(found):
            yield f"lets {shown(found)} in, which is anybody"


INGRESS = ResourceRule(
    id="sg-ingress",
    title="Inbound traffic must not be open to the world, or on every port.",
    why="A port that is open to all is tried by all.",
    fix="Name one port, and the security group that may use it.",
    types=(tokens.INGRESS_RULE, tokens.SECURITY_GROUP),
    severity="critical",
    judge=_ingress,
)


def _database_ingress(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    groups = {urn for cluster in stack.of(tokens.CLUSTER) for urn in cluster.depends_by("vpcSecurityGroupIds")}
    ports = {cluster.number("port") or 5432.0 for cluster in stack.of(tokens.CLUSTER)}
    for rule in stack.of(tokens.INGRESS_RULE):
        if not groups & rule.depends_by("securityGroupId"):
            continue
        if not stack.by_urn(rule.depends_by("referencedSecurityGroupId"), tokens.SECURITY_GROUP):
            yield rule, "lets others than a security group of this stack reach the database"
        if rule.number("fromPort") not in ports:
            yield rule, f"opens port {shown(rule.get('fromPort'))} of the database; it listens on {min(ports):g}"


DATABASE_INGRESS = StackRule(
    id="sg-database-ingress",
    title="Only the functions' security groups may reach the database, on its port.",
    why="An address range lets in whatever gets an address there.",
    fix="Use referenced_security_group_id with a function's security group.",
    types=(tokens.INGRESS_RULE, tokens.CLUSTER),
    severity="critical",
    judge=_database_ingress,
)


def _egress(resource: Resource, context: Context) -> Iterator[str]:
    yield from _ports(resource, "out")
    # What goes through a NAT gateway to AWS's APIs has no narrower range: they publish thousands.
    to_apis = context.stack.get("egress") == "nat" and resource.number("toPort") == HTTPS
    for found in _ranges(resource, "egress"):
        if _is_open(found) and not to_apis:
            yield f"lets everything out to {shown(found)}; name the security group or the range"


EGRESS = ResourceRule(
    id="sg-egress",
    title="Outbound traffic must not be open to the world.",
    why="Code that is taken over sends data where it wants.",
    fix="Use the security group of the VPC's endpoints; egress nat opens 443 alone.",
    types=(tokens.EGRESS_RULE, tokens.SECURITY_GROUP),
    severity="high",
    judge=_egress,
)


def _hygiene(resource: Resource, _context: Context) -> Iterator[str]:
    description = resource.text("description")
    if description.strip() in ("", "Managed by Pulumi"):
        yield "description is not set; say what the group or rule is for"
    if refused := sorted(set(_NOT_TAKEN.findall(description))):
        yield f"description has {' '.join(refused)}, which EC2 refuses; it takes a-z A-Z 0-9, spaces and {_TAKEN}"
    if len(description) > _LONGEST:
        yield f"description has {len(description)} characters; EC2 takes {_LONGEST}"
    for prop in ("ingress", "egress"):
        if resource.type == tokens.SECURITY_GROUP and resource.items(prop):
            yield f"{prop} has inline rules, which fight with rule resources; make each rule a resource"


HYGIENE = ResourceRule(
    id="sg-hygiene",
    title="Security groups and rules must have descriptions, and rules must be resources.",
    why="A rule that nobody can explain nobody dares to remove; inline rules undo the others at each deployment.",
    fix="Set description; use aws.vpc.SecurityGroupIngressRule and aws.vpc.SecurityGroupEgressRule.",
    types=(tokens.SECURITY_GROUP, tokens.INGRESS_RULE, tokens.EGRESS_RULE),
    severity="low",
    judge=_hygiene,
)


def _no_old_rules(resource: Resource, _context: Context) -> Iterator[str]:
    yield f"{resource.type} mixes with the newer rule resources; use those"


NO_OLD_RULES = ResourceRule(
    id="sg-rule-resources",
    title="Security group rules must be of the newer resource types.",
    why="aws.ec2.SecurityGroupRule has no id of its own, so that two of them can undo each other.",
    fix="Use aws.vpc.SecurityGroupIngressRule and aws.vpc.SecurityGroupEgressRule.",
    types=(tokens.SECURITY_GROUP_RULE,),
    severity="low",
    judge=_no_old_rules,
)


def _attached(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    # Whatever it is that has a group: an instance, an endpoint, a load balancer, or another stack by an export.
    used = {
        urn
        for resource in stack.resources
        if resource.type not in (tokens.INGRESS_RULE, tokens.EGRESS_RULE, tokens.SECURITY_GROUP_RULE)
        for urns in (*resource.property_dependencies.values(), resource.dependencies)
        for urn in urns
    }
    for group in stack.of(tokens.SECURITY_GROUP):
        if group.urn not in used:
            yield group, "belongs to nothing"


ATTACHED = StackRule(
    id="sg-attached",
    title="Every security group must be used.",
    why="A group that nothing has is there to be used by mistake.",
    fix="Give the group to a resource, or remove it.",
    types=(tokens.SECURITY_GROUP,),
    severity="low",
    judge=_attached,
)

RULES = (INGRESS, DATABASE_INGRESS, EGRESS, HYGIENE, NO_OLD_RULES, ATTACHED)
