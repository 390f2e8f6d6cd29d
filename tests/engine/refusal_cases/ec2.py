"""Security groups and their rules."""

from policies import tokens
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, gone, in_use, made

RULES_QUOTA = "rules of a security group in one direction"


def a_second_group(ground):
    return ground.make(tokens.SECURITY_GROUP, logical="second", name="second")


def referred_to(ground, _file):
    """Delete a group that another's rule names."""
    second = a_second_group(ground)
    ground.make(tokens.INGRESS_RULE, cidrIpv4=None, referencedSecurityGroupId=second.id)
    return second.delete


def held_by_aws(ground, file):
    """Delete a function's group while AWS doesn't give the interface back."""
    function = ground.make(tokens.FUNCTION)
    file.hold_interfaces()
    function.delete()
    return ground.the(tokens.SECURITY_GROUP).delete


def alike(type_):
    """Change a rule to one that is there."""

    def prepare(ground, _file):
        ground.the(type_)
        other = ground.make(type_, fromPort=1)
        return lambda: other.update(fromPort=5432)

    return prepare


def group_of(type_):
    """Make a rule when the group has all that it may."""

    def prepare(ground, file):
        ground.the(type_)
        file.limit(RULES_QUOTA, 1)
        return lambda: ground.make(type_, fromPort=1)

    return prepare


CASES = [
    Case("DescribeSecurityGroups", "InvalidGroup.NotFound", "exist", gone(tokens.SECURITY_GROUP)),
    Case("CreateSecurityGroup", "InvalidVpcID.NotFound", NOWHERE, made(tokens.SECURITY_GROUP, vpcId=NOWHERE)),
    Case("CreateSecurityGroup", "InvalidGroup.Duplicate", "a-group", again(tokens.SECURITY_GROUP)),
    Case(
        "DeleteSecurityGroup", "DependencyViolation", "cluster a-cluster", in_use(tokens.SECURITY_GROUP, tokens.CLUSTER)
    ),
    Case("DeleteSecurityGroup", "DependencyViolation", "a-function", in_use(tokens.SECURITY_GROUP, tokens.FUNCTION)),
    Case("DeleteSecurityGroup", "DependencyViolation", "rule sgr-", referred_to),
    Case("DeleteSecurityGroup", "DependencyViolation", "a-function", held_by_aws),
]
for _type, _direction in ((tokens.INGRESS_RULE, "Ingress"), (tokens.EGRESS_RULE, "Egress")):
    _authorize = f"AuthorizeSecurityGroup{_direction}"
    _refers = {"cidrIpv4": None, "referencedSecurityGroupId": NOWHERE}
    CASES += [
        Case("ModifySecurityGroupRules", "InvalidSecurityGroupRuleId.NotFound", "sgr-", gone(_type)),
        Case(_authorize, "InvalidGroup.NotFound", "securityGroupId", made(_type, securityGroupId=NOWHERE)),
        Case(_authorize, "InvalidGroup.NotFound", "referencedSecurityGroupId", made(_type, **_refers)),
        Case("ModifySecurityGroupRules", "InvalidGroup.NotFound", NOWHERE, changed(_type, **_refers)),
        Case(_authorize, "InvalidPermission.Duplicate", "sgr-", again(_type)),
        Case("ModifySecurityGroupRules", "InvalidPermission.Duplicate", "sgr-", alike(_type)),
        Case(_authorize, "RulesPerSecurityGroupLimitExceeded", "its 1 rules", group_of(_type)),
    ]
