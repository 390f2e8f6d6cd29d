"""The rule on what resources are built on: parts of the same stack, known by what their values come from."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.rule import StackRule
from policies.view import Resource, StackView

# The resource, the property that names a part of it, and the part's type.
_PARTS = (
    (tokens.ALIAS, "targetKeyId", tokens.KEY),
    (tokens.CLUSTER, "dbSubnetGroupName", tokens.SUBNET_GROUP),
    (tokens.CLUSTER, "vpcSecurityGroupIds", tokens.SECURITY_GROUP),
    (tokens.CLUSTER_INSTANCE, "clusterIdentifier", tokens.CLUSTER),
    (tokens.CLUSTER_INSTANCE, "dbParameterGroupName", tokens.PARAMETERS),
    (tokens.CLUSTER_INSTANCE, "monitoringRoleArn", tokens.ROLE),
    (tokens.EGRESS_RULE, "securityGroupId", tokens.SECURITY_GROUP),
    (tokens.FUNCTION, "role", tokens.ROLE),
    (tokens.INGRESS_RULE, "securityGroupId", tokens.SECURITY_GROUP),
    (tokens.PERMISSION, "function", tokens.FUNCTION),
    (tokens.ROLE_POLICY, "role", tokens.ROLE),
    (tokens.ROTATION, "secretId", tokens.SECRET),
    (tokens.SECRET_POLICY, "secretArn", tokens.SECRET),
    (tokens.TOPIC_POLICY, "arn", tokens.TOPIC),
)


def _own_parts(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for type_, prop, part in _PARTS:
        for resource in stack.of(type_):
            if not stack.by_urn(resource.depends_by(prop), part):
                kind = part.rpartition(":")[2]
                yield (
                    resource,
                    f"{prop} is no {kind} of this stack; what it names isn't judged, and may be changed by others",
                )


OWN_PARTS = StackRule(
    id="own-parts",
    title="What a resource depends on must belong to the same stack.",
    why="A role, group or key of somebody else is judged by nobody here, and changes behind the stack's back.",
    fix="Pass the output of the stack's own resource, not an id written out.",
    types=tuple(dict.fromkeys(type_ for type_, _, _ in _PARTS)),
    severity="high",
    judge=_own_parts,
)

RULES = (OWN_PARTS,)
