"""What the AWS provider calls for each type of resource that the program makes: to read it, and to change it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions for one type, without the service where it is the type's own."""

    read: tuple[str, ...]
    change: tuple[str, ...]


_TAGS = ("TagResource", "UntagResource")


def _of(service: str, read: str, change: str, tags: tuple[str, ...] = _TAGS) -> Actions:
    def named(text):
        return tuple(action if ":" in action else f"{service}:{action}" for action in text.split())

    return Actions(named(read), (*named(change), *(f"{service}:{tag}" for tag in tags)))


_SECURITY_GROUP_RULE = "AuthorizeSecurityGroup{0} RevokeSecurityGroup{0} ModifySecurityGroupRules"
_EC2_TAGS = ("CreateTags", "DeleteTags")
_RDS_TAGS = ("AddTagsToResource", "RemoveTagsFromResource")
_KMS_USE = "kms:CreateGrant kms:Decrypt kms:GenerateDataKey"

ACTIONS = {
    "aws:cloudwatch/logGroup:LogGroup": _of(
        "logs",
        "DescribeLogGroups ListTagsForResource",
        "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey",
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _of(
        "cloudwatch", "DescribeAlarms ListTagsForResource", "PutMetricAlarm DeleteAlarms"
    ),
    "aws:ec2/securityGroup:SecurityGroup": _of(
        "ec2",
        # A group is deleted once no network interface of a function has it any more.
        "DescribeSecurityGroups DescribeNetworkInterfaces",
        "CreateSecurityGroup DeleteSecurityGroup RevokeSecurityGroupEgress",
        _EC2_TAGS,
    ),
    "aws:iam/role:Role": _of(
        "iam",
        "GetRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole",
        "CreateRole DeleteRole UpdateRole UpdateAssumeRolePolicy PassRole",
        ("TagRole", "UntagRole"),
    ),
    "aws:iam/rolePolicy:RolePolicy": _of("iam", "GetRolePolicy", "PutRolePolicy DeleteRolePolicy", ()),
    "aws:kms/alias:Alias": _of("kms", "ListAliases", "CreateAlias DeleteAlias UpdateAlias", ()),
    "aws:kms/key:Key": _of(
        "kms",
        # By its tags, which is how one is found again that an update was making when it was cut off.
        "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags tag:GetResources",
        "CreateKey PutKeyPolicy EnableKeyRotation ScheduleKeyDeletion UpdateKeyDescription",
    ),
    "aws:lambda/function:Function": _of(
        "lambda",
        "GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig GetFunctionConcurrency ListTags "
        "ListVersionsByFunction ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs",
        "CreateFunction DeleteFunction UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency "
        f"DeleteFunctionConcurrency ecr:BatchGetImage ecr:GetDownloadUrlForLayer iam:PassRole kms:Encrypt {_KMS_USE}",
    ),
    "aws:lambda/permission:Permission": _of("lambda", "GetPolicy", "AddPermission RemovePermission", ()),
    "aws:rds/cluster:Cluster": _of(
        "rds",
        "DescribeDBClusters DescribeGlobalClusters ListTagsForResource",
        "CreateDBCluster ModifyDBCluster DeleteDBCluster secretsmanager:CreateSecret secretsmanager:TagResource "
        f"{_KMS_USE}",
        _RDS_TAGS,
    ),
    "aws:rds/clusterInstance:ClusterInstance": _of(
        "rds",
        "DescribeDBInstances DescribeDBClusters ListTagsForResource",
        "CreateDBInstance ModifyDBInstance DeleteDBInstance iam:PassRole",
        _RDS_TAGS,
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _of(
        "rds",
        "DescribeDBClusterParameterGroups DescribeDBClusterParameters ListTagsForResource",
        "CreateDBClusterParameterGroup ModifyDBClusterParameterGroup ResetDBClusterParameterGroup "
        "DeleteDBClusterParameterGroup",
        _RDS_TAGS,
    ),
    "aws:rds/parameterGroup:ParameterGroup": _of(
        "rds",
        "DescribeDBParameterGroups DescribeDBParameters ListTagsForResource",
        "CreateDBParameterGroup ModifyDBParameterGroup ResetDBParameterGroup DeleteDBParameterGroup",
        _RDS_TAGS,
    ),
    "aws:rds/subnetGroup:SubnetGroup": _of(
        "rds",
        "DescribeDBSubnetGroups ListTagsForResource",
        "CreateDBSubnetGroup ModifyDBSubnetGroup DeleteDBSubnetGroup",
        _RDS_TAGS,
    ),
    "aws:secretsmanager/secret:Secret": _of(
        "secretsmanager",
        "DescribeSecret GetResourcePolicy ListSecrets",
        f"CreateSecret UpdateSecret DeleteSecret {_KMS_USE}",
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": _of(
        "secretsmanager", "GetResourcePolicy", "PutResourcePolicy DeleteResourcePolicy", ()
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": _of(
        # Whoever starts a rotation has to be allowed to call its function.
        *("secretsmanager", "DescribeSecret", "RotateSecret CancelRotateSecret lambda:InvokeFunction", ())
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": _of(
        "secretsmanager", "GetSecretValue DescribeSecret", f"PutSecretValue UpdateSecretVersionStage {_KMS_USE}", ()
    ),
    "aws:sns/topic:Topic": _of(
        "sns", "GetTopicAttributes ListTagsForResource", f"CreateTopic DeleteTopic SetTopicAttributes {_KMS_USE}"
    ),
    "aws:sns/topicPolicy:TopicPolicy": _of("sns", "GetTopicAttributes", "SetTopicAttributes", ()),
    "aws:sns/topicSubscription:TopicSubscription": _of(
        "sns", "GetSubscriptionAttributes", "Subscribe Unsubscribe SetSubscriptionAttributes", ()
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _of(
        "ec2", "DescribeSecurityGroupRules", _SECURITY_GROUP_RULE.format("Egress"), _EC2_TAGS
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _of(
        "ec2", "DescribeSecurityGroupRules", _SECURITY_GROUP_RULE.format("Ingress"), _EC2_TAGS
    ),
}
