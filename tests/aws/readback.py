"""What the account says of each resource after it was made, beside what was asked for: which call tells, and where.

A parameter of a call is found under its own name in what the first call tells, unless the table says where else.
"""

import json
from dataclasses import dataclass, field

import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.aws.account import MADE_BY
from tests.aws.modes import aws

ID = "(id)"


@dataclass(frozen=True)
class Read:
    """One call that reads: its arguments by what they are filled with, where the resource is, where parameters are."""

    operation: str
    arguments: dict[str, object]
    found: str
    places: dict[str, str] = field(default_factory=dict)


_TAGS_OF = {"TagSpecifications": "Tags"}


def _ec2(operation, key, found, **places):
    return Read(operation, {key: [ID]}, found, _TAGS_OF | places)


def _rules(direction):
    rule = Read("DescribeSecurityGroupRules", {"SecurityGroupRuleIds": [ID]}, "SecurityGroupRules[0]", _TAGS_OF)
    group = Read(
        "DescribeSecurityGroups",
        {"GroupIds": ["GroupId"]},
        "SecurityGroups[0]",
        {"IpPermissions": direction},
    )
    return [rule, group]


def _parameters_of(operation, name):
    return Read(operation, {name: name}, "@", {"Parameters": "Parameters"})


_BUCKET = {"Bucket": "Bucket"}
READS = {
    "aws:cloudwatch/logGroup:LogGroup": [
        Read("DescribeLogGroups", {"logGroupNamePrefix": "logGroupName"}, "logGroups[0]"),
        Read("ListTagsLogGroup", {"logGroupName": "logGroupName"}, "@", {"tags": "tags"}),
    ],
    "aws:cloudwatch/metricAlarm:MetricAlarm": [
        Read("DescribeAlarms", {"AlarmNames": ["AlarmName"]}, "MetricAlarms[0]"),
        Read("ListTagsForResource", {"ResourceARN": "(arn)"}, "@", {"Tags": "Tags"}),
    ],
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": [
        Read(
            "DescribeSecurityGroups",
            {"GroupIds": [ID]},
            "SecurityGroups[?IpPermissions==`[]` && IpPermissionsEgress==`[]`] | [0]",
            {"Filters": "[{Name: 'group-name', Values: [GroupName]}, {Name: 'vpc-id', Values: [VpcId]}]"},
        )
    ],
    "aws:ec2/eip:Eip": [_ec2("DescribeAddresses", "AllocationIds", "Addresses[0]")],
    "aws:ec2/flowLog:FlowLog": [
        _ec2("DescribeFlowLogs", "FlowLogIds", "FlowLogs[0]", ResourceIds="[ResourceId]", ResourceType="'VPC'")
    ],
    "aws:ec2/internetGateway:InternetGateway": [
        _ec2("DescribeInternetGateways", "InternetGatewayIds", "InternetGateways[0]", VpcId="Attachments[0].VpcId")
    ],
    "aws:ec2/natGateway:NatGateway": [
        _ec2(
            "DescribeNatGateways",
            "NatGatewayIds",
            "NatGateways[0]",
            AllocationId="NatGatewayAddresses[0].AllocationId",
        )
    ],
    "aws:ec2/route:Route": [
        Read(
            "DescribeRouteTables",
            {"RouteTableIds": ["RouteTableId"]},
            "RouteTables[0].{RouteTableId: RouteTableId, way: Routes[?DestinationCidrBlock=='0.0.0.0/0'] | [0]}",
            {name: f"way.{name}" for name in ("DestinationCidrBlock", "GatewayId", "NatGatewayId")},
        )
    ],
    "aws:ec2/routeTable:RouteTable": [_ec2("DescribeRouteTables", "RouteTableIds", "RouteTables[0]")],
    "aws:ec2/routeTableAssociation:RouteTableAssociation": [
        Read(
            "DescribeRouteTables",
            {"RouteTableIds": ["RouteTableId"]},
            "RouteTables[0]",
            {"SubnetId": "Associations[].SubnetId"},
        )
    ],
    "aws:ec2/securityGroup:SecurityGroup": [_ec2("DescribeSecurityGroups", "GroupIds", "SecurityGroups[0]")],
    "aws:ec2/subnet:Subnet": [
        _ec2(
            "DescribeSubnets",
            "SubnetIds",
            "Subnets[0]",
            MapPublicIpOnLaunch="{Value: MapPublicIpOnLaunch}",
        )
    ],
    "aws:ec2/vpc:Vpc": [
        _ec2("DescribeVpcs", "VpcIds", "Vpcs[0]"),
        *(
            Read("DescribeVpcAttribute", {"VpcId": ID, "Attribute": f"={name[0].lower()}{name[1:]}"}, "@", {name: name})
            for name in ("EnableDnsSupport", "EnableDnsHostnames")
        ),
    ],
    "aws:ec2/vpcEndpoint:VpcEndpoint": [
        _ec2("DescribeVpcEndpoints", "VpcEndpointIds", "VpcEndpoints[0]", SecurityGroupIds="Groups[].GroupId")
    ],
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": [
        Read("GetLifecyclePolicy", {"repositoryName": "repositoryName"}, "@"),
    ],
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": [Read("DescribeRegistry", {}, "@")],
    "aws:ecr/repository:Repository": [
        Read("DescribeRepositories", {"repositoryNames": ["repositoryName"]}, "repositories[0]"),
        Read("ListTagsForResource", {"resourceArn": "(arn)"}, "@", {"tags": "tags"}),
    ],
    "aws:ecr/repositoryPolicy:RepositoryPolicy": [
        Read("GetRepositoryPolicy", {"repositoryName": "repositoryName"}, "@")
    ],
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": [
        Read(
            "GetOpenIDConnectProvider",
            {"OpenIDConnectProviderArn": "(arn)"},
            "@",
            {"Url": "join('', ['https://', Url])"},
        )
    ],
    "aws:iam/policy:Policy": [
        Read("GetPolicy", {"PolicyArn": "(arn)"}, "Policy"),
        Read(
            "GetPolicyVersion",
            {"PolicyArn": "(arn)", "VersionId": "=v1"},
            "PolicyVersion",
            {"PolicyDocument": "Document"},
        ),
    ],
    "aws:iam/role:Role": [
        Read(
            "GetRole",
            {"RoleName": "RoleName"},
            "Role",
            {"PermissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn"},
        )
    ],
    "aws:iam/rolePolicy:RolePolicy": [Read("GetRolePolicy", {"RoleName": "RoleName", "PolicyName": "PolicyName"}, "@")],
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": [
        Read(
            "ListAttachedRolePolicies",
            {"RoleName": "RoleName"},
            "@",
            {"PolicyArn": "AttachedPolicies[].PolicyArn"},
        )
    ],
    "aws:kms/alias:Alias": [
        Read("ListAliases", {"KeyId": "TargetKeyId"}, "Aliases[0]"),
    ],
    "aws:kms/key:Key": [
        Read("DescribeKey", {"KeyId": ID}, "KeyMetadata"),
        Read("GetKeyPolicy", {"KeyId": ID, "PolicyName": "=default"}, "@", {"Policy": "Policy"}),
        Read("ListResourceTags", {"KeyId": ID}, "@", {"Tags": "Tags"}),
    ],
    "aws:lambda/function:Function": [
        Read(
            "GetFunction",
            {"FunctionName": "FunctionName"},
            "Configuration",
            {"Code": "'(not told)'"},
        ),
        Read("GetFunction", {"FunctionName": "FunctionName"}, "@", {"Tags": "Tags"}),
        Read(
            "GetFunctionConcurrency",
            {"FunctionName": "FunctionName"},
            "@",
            {"ReservedConcurrentExecutions": "ReservedConcurrentExecutions"},
        ),
    ],
    "aws:lambda/permission:Permission": [
        Read(
            "GetPolicy",
            {"FunctionName": "FunctionName"},
            "{Statement: Policy}",
            {
                "Action": "Statement.Statement[0].Action",
                "FunctionName": "Statement.Statement[0].Resource",
                "Principal": "Statement.Statement[0].Principal.Service",
                "SourceAccount": 'Statement.Statement[0].Condition.StringEquals."AWS:SourceAccount"',
                "SourceArn": 'Statement.Statement[0].Condition.ArnLike."AWS:SourceArn"',
                "StatementId": "Statement.Statement[0].Sid",
            },
        )
    ],
    "aws:rds/cluster:Cluster": [
        Read(
            "DescribeDBClusters",
            {"DBClusterIdentifier": "DBClusterIdentifier"},
            "DBClusters[0]",
            {
                "DBClusterParameterGroupName": "DBClusterParameterGroup",
                "DBSubnetGroupName": "DBSubnetGroup",
                "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
                "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
                "ManageMasterUserPassword": "MasterUserSecret != `null`",
                "MasterUserSecretKmsKeyId": "MasterUserSecret.KmsKeyId",
                "Tags": "TagList",
                "VpcSecurityGroupIds": "VpcSecurityGroups[].VpcSecurityGroupId",
            },
        )
    ],
    "aws:rds/clusterInstance:ClusterInstance": [
        Read(
            "DescribeDBInstances",
            {"DBInstanceIdentifier": "DBInstanceIdentifier"},
            "DBInstances[0]",
            {
                "DBParameterGroupName": "DBParameterGroups[0].DBParameterGroupName",
                "EnablePerformanceInsights": "PerformanceInsightsEnabled",
                "Tags": "TagList",
            },
        )
    ],
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": [
        Read(
            "DescribeDBClusterParameterGroups",
            {"DBClusterParameterGroupName": "DBClusterParameterGroupName"},
            "DBClusterParameterGroups[0]",
        ),
        _parameters_of("DescribeDBClusterParameters", "DBClusterParameterGroupName"),
        Read("ListTagsForResource", {"ResourceName": "(arn)"}, "@", {"Tags": "TagList"}),
    ],
    "aws:rds/parameterGroup:ParameterGroup": [
        Read("DescribeDBParameterGroups", {"DBParameterGroupName": "DBParameterGroupName"}, "DBParameterGroups[0]"),
        _parameters_of("DescribeDBParameters", "DBParameterGroupName"),
        Read("ListTagsForResource", {"ResourceName": "(arn)"}, "@", {"Tags": "TagList"}),
    ],
    "aws:rds/subnetGroup:SubnetGroup": [
        Read(
            "DescribeDBSubnetGroups",
            {"DBSubnetGroupName": "DBSubnetGroupName"},
            "DBSubnetGroups[0]",
            {"SubnetIds": "Subnets[].SubnetIdentifier"},
        ),
        Read("ListTagsForResource", {"ResourceName": "(arn)"}, "@", {"Tags": "TagList"}),
    ],
    "aws:s3/bucket:Bucket": [
        Read("ListBuckets", {}, "Buckets[0]", {"Bucket": "Name"}),
        Read("GetBucketTagging", _BUCKET, "@", {"Tagging": "{TagSet: TagSet}"}),
    ],
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": [
        Read("GetBucketLifecycleConfiguration", _BUCKET, "@", {"LifecycleConfiguration": "{Rules: Rules}"})
    ],
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": [Read("GetBucketOwnershipControls", _BUCKET, "@")],
    "aws:s3/bucketPolicy:BucketPolicy": [Read("GetBucketPolicy", _BUCKET, "@")],
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [Read("GetPublicAccessBlock", _BUCKET, "@")],
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
        Read("GetBucketEncryption", _BUCKET, "@")
    ],
    "aws:s3/bucketVersioning:BucketVersioning": [
        Read("GetBucketVersioning", _BUCKET, "@", {"VersioningConfiguration": "{Status: Status}"})
    ],
    "aws:secretsmanager/secret:Secret": [Read("DescribeSecret", {"SecretId": "Name"}, "@")],
    "aws:secretsmanager/secretPolicy:SecretPolicy": [Read("GetResourcePolicy", {"SecretId": "SecretId"}, "@")],
    "aws:secretsmanager/secretRotation:SecretRotation": [Read("DescribeSecret", {"SecretId": "SecretId"}, "@")],
    "aws:secretsmanager/secretVersion:SecretVersion": [
        Read("GetSecretValue", {"SecretId": "SecretId", "VersionStage": "=bootstrap"}, "@")
    ],
    "aws:sns/topic:Topic": [
        Read(
            "GetTopicAttributes",
            {"TopicArn": "(arn)"},
            "Attributes",
            {"Attributes": "{KmsMasterKeyId: KmsMasterKeyId}", "Name": "TopicArn"},
        ),
        Read("ListTagsForResource", {"ResourceArn": "(arn)"}, "@", {"Tags": "Tags"}),
    ],
    "aws:sns/topicPolicy:TopicPolicy": [
        Read(
            "GetTopicAttributes",
            {"TopicArn": "TopicArn"},
            "Attributes",
            {"AttributeName": "'Policy'", "AttributeValue": "Policy"},
        )
    ],
    "aws:sns/topicSubscription:TopicSubscription": [
        Read("GetSubscriptionAttributes", {"SubscriptionArn": ID}, "Attributes")
    ],
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rules("IpPermissionsEgress"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rules("IpPermissions"),
}
# A parameter that says how a call is made and leaves nothing behind to read, in any account.
LEAVES_NOTHING = {
    "aws:lambda/function:Function": {"Code"},
    "aws:secretsmanager/secretPolicy:SecretPolicy": {"BlockPublicPolicy"},
    "aws:secretsmanager/secretRotation:SecretRotation": {"RotateImmediately"},
}


def differences(account):
    """Return, by type and parameter, what was asked for and isn't there: each with what is there."""
    found = {}
    for item in aws(account.recording):
        asked = account.asked[item.name]
        told = {}
        for read in READS[item.type]:
            told |= {name: value for name, value in _read(account, item, read).items() if value is not None}
        for name, value in asked.items():
            if name not in LEAVES_NOTHING.get(item.type, ()) and not same(value, told.get(name)):
                found[f"{item.type}: {name}"] = f"{item.name}: asked {value!r:.200}, there is {told.get(name)!r:.200}"
    return found


def _read(account, item, read):
    """Return what the call tells, by parameter; nothing when the account refuses it."""
    asked = account.asked[item.name]
    service = MADE_BY[item.type][0]
    client = account.client(service, item.inputs.get("region"))
    arguments = {name: _filled(what, account, item, asked) for name, what in read.arguments.items()}
    try:
        answer = getattr(client, xform_name(read.operation))(**arguments)
    except ClientError as error:
        return {"(refused)": str(error)}
    resource = jmespath.search(read.found, _parsed(answer))
    if not resource:
        return {}
    if read is not READS[item.type][0]:
        return {name: jmespath.search(place, resource) for name, place in read.places.items()}
    # What it was looked for by is what it has.
    named = {what: asked[what] for what in _words(read.arguments.values()) if what in asked}
    by_name = {name: value for name in asked if (value := resource.get(name)) is not None}
    return named | by_name | {name: jmespath.search(place, resource) for name, place in read.places.items()}


def _words(arguments):
    return [what[0] if isinstance(what, list) else what for what in arguments]


def _filled(what, account, item, asked):
    if isinstance(what, list):
        return [_filled(each, account, item, asked) for each in what]
    if what == ID:
        return account.id_of(item)
    if what == "(arn)":
        return account.given(item.outputs["arn"])
    return what[1:] if what.startswith("=") else asked[what]


def _parsed(value):
    """Return the answer with every JSON document in it as data."""
    if isinstance(value, dict):
        return {key: _parsed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_parsed(item) for item in value]
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def same(asked, found):
    """Tell whether what was asked for is what is there: AWS may add, put in another order, or say a name by its ARN."""
    asked = _parsed(asked)
    if isinstance(asked, list) and asked and isinstance(asked[0], dict) and "ResourceType" in asked[0]:
        asked = asked[0]["Tags"]
    if isinstance(asked, dict):
        return isinstance(found, dict) and all(same(item, found.get(key)) for key, item in asked.items())
    if isinstance(asked, list):
        return isinstance(found, list) and all(any(same(item, each) for each in found) for item in asked)
    if isinstance(found, list):
        return asked in found
    if isinstance(asked, str) and isinstance(found, str):
        return found == asked or found.endswith((f":{asked}", f"/{asked}"))
    return asked == found
