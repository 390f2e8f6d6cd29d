"""A recorded stack as CloudFormation would be asked for it: then cfn-lint's data of each region can be asked about it.

Ids and ARNs stand as the recording simulated them. What CloudFormation has in one resource and Pulumi in several (a
bucket, a repository, a secret with its value) is put together; `LEFT_OUT` says what it has no word for.
"""

import json
from functools import cache
from pathlib import Path

import cfnlint
from cfnlint.api import lint

from tests.aws.modes import aws

_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
# The type, and what its inputs are called there; others have the input's name in CloudFormation's case.
TYPES = {
    "aws:cloudwatch/logGroup:LogGroup": ("AWS::Logs::LogGroup", {"name": "LogGroupName"}),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("AWS::CloudWatch::Alarm", {"name": "AlarmName"}),
    "aws:ec2/eip:Eip": ("AWS::EC2::EIP", {}),
    "aws:ec2/flowLog:FlowLog": (
        "AWS::EC2::FlowLog",
        {"iamRoleArn": "DeliverLogsPermissionArn", "vpcId": "ResourceId"},
    ),
    "aws:ec2/internetGateway:InternetGateway": ("AWS::EC2::InternetGateway", {}),
    "aws:ec2/natGateway:NatGateway": ("AWS::EC2::NatGateway", {}),
    "aws:ec2/route:Route": ("AWS::EC2::Route", {}),
    "aws:ec2/routeTable:RouteTable": ("AWS::EC2::RouteTable", {}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("AWS::EC2::SubnetRouteTableAssociation", {}),
    "aws:ec2/securityGroup:SecurityGroup": (
        "AWS::EC2::SecurityGroup",
        {"name": "GroupName", "description": "GroupDescription"},
    ),
    "aws:ec2/subnet:Subnet": ("AWS::EC2::Subnet", {}),
    "aws:ec2/vpc:Vpc": ("AWS::EC2::VPC", {}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("AWS::EC2::VPCEndpoint", {"policy": "PolicyDocument"}),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": ("AWS::ECR::ReplicationConfiguration", {}),
    "aws:ecr/repository:Repository": (
        "AWS::ECR::Repository",
        {"name": "RepositoryName", "encryptionConfigurations": "EncryptionConfiguration"},
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "AWS::IAM::OIDCProvider",
        {"clientIdLists": "ClientIdList"},
    ),
    "aws:iam/policy:Policy": ("AWS::IAM::ManagedPolicy", {"name": "ManagedPolicyName", "policy": "PolicyDocument"}),
    "aws:iam/role:Role": ("AWS::IAM::Role", {"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"}),
    "aws:iam/rolePolicy:RolePolicy": (
        "AWS::IAM::RolePolicy",
        {"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    ),
    "aws:kms/alias:Alias": ("AWS::KMS::Alias", {"name": "AliasName"}),
    "aws:kms/key:Key": ("AWS::KMS::Key", {"policy": "KeyPolicy", "deletionWindowInDays": "PendingWindowInDays"}),
    "aws:lambda/function:Function": ("AWS::Lambda::Function", {"name": "FunctionName"}),
    "aws:lambda/permission:Permission": ("AWS::Lambda::Permission", {"function": "FunctionName"}),
    "aws:rds/cluster:Cluster": (
        "AWS::RDS::DBCluster",
        {
            "clusterIdentifier": "DBClusterIdentifier",
            "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
            "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
        },
    ),
    "aws:rds/clusterInstance:ClusterInstance": (
        "AWS::RDS::DBInstance",
        {
            "clusterIdentifier": "DBClusterIdentifier",
            "identifier": "DBInstanceIdentifier",
            "instanceClass": "DBInstanceClass",
            "performanceInsightsEnabled": "EnablePerformanceInsights",
        },
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": (
        "AWS::RDS::DBClusterParameterGroup",
        {"name": "DBClusterParameterGroupName"},
    ),
    "aws:rds/parameterGroup:ParameterGroup": ("AWS::RDS::DBParameterGroup", {"name": "DBParameterGroupName"}),
    "aws:rds/subnetGroup:SubnetGroup": (
        "AWS::RDS::DBSubnetGroup",
        {"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription"},
    ),
    "aws:s3/bucket:Bucket": ("AWS::S3::Bucket", {"bucket": "BucketName"}),
    "aws:s3/bucketPolicy:BucketPolicy": ("AWS::S3::BucketPolicy", {"policy": "PolicyDocument"}),
    "aws:secretsmanager/secret:Secret": ("AWS::SecretsManager::Secret", {}),
    "aws:secretsmanager/secretPolicy:SecretPolicy": (
        "AWS::SecretsManager::ResourcePolicy",
        {"secretArn": "SecretId", "policy": "ResourcePolicy"},
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": (
        "AWS::SecretsManager::RotationSchedule",
        {"rotateImmediately": "RotateImmediatelyOnUpdate"},
    ),
    "aws:sns/topic:Topic": ("AWS::SNS::Topic", {"name": "TopicName"}),
    "aws:sns/topicPolicy:TopicPolicy": ("AWS::SNS::TopicPolicy", {"arn": "Topics", "policy": "PolicyDocument"}),
    "aws:sns/topicSubscription:TopicSubscription": ("AWS::SNS::Subscription", {"topic": "TopicArn"}),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        "AWS::EC2::SecurityGroupEgress",
        {"cidrIpv4": "CidrIp", "referencedSecurityGroupId": "DestinationSecurityGroupId", "securityGroupId": "GroupId"},
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "AWS::EC2::SecurityGroupIngress",
        {"cidrIpv4": "CidrIp", "referencedSecurityGroupId": "SourceSecurityGroupId", "securityGroupId": "GroupId"},
    ),
}
# What stands in another resource there: whose it is, by which inputs, and the property that it is.
PARTS = {
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        ("aws:ecr/repository:Repository", ("region", "name"), ("region", "repository")),
        lambda inputs: {"LifecyclePolicy": {"LifecyclePolicyText": inputs["policy"]}},
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (
        ("aws:ecr/repository:Repository", ("region", "name"), ("region", "repository")),
        lambda inputs: {"RepositoryPolicyText": json.loads(inputs["policy"])},
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        ("aws:iam/role:Role", ("name",), ("role",)),
        lambda inputs: {"ManagedPolicyArns": [inputs["policyArn"]]},
    ),
    **{
        f"aws:s3/{name[0].lower()}{name[1:]}:{name}": (("aws:s3/bucket:Bucket", ("bucket",), ("bucket",)), part)
        for name, part in {
            "BucketLifecycleConfiguration": lambda inputs: {
                "LifecycleConfiguration": {"Rules": [_lifecycle(rule) for rule in inputs["rules"]]}
            },
            "BucketOwnershipControls": lambda inputs: {"OwnershipControls": {"Rules": [_capital(inputs["rule"])]}},
            "BucketPublicAccessBlock": lambda inputs: {
                "PublicAccessBlockConfiguration": _capital(
                    {key: value for key, value in inputs.items() if key != "bucket"}
                )
            },
            "BucketServerSideEncryptionConfiguration": lambda inputs: {
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [_encryption(rule) for rule in inputs["rules"]]
                }
            },
            "BucketVersioning": lambda inputs: {
                "VersioningConfiguration": {"Status": inputs["versioningConfiguration"]["status"]}
            },
        }.items()
    },
    "aws:secretsmanager/secretVersion:SecretVersion": (
        ("aws:secretsmanager/secret:Secret", ("(arn)",), ("secretId",)),
        lambda inputs: {"SecretString": inputs["secretString"]["value"]},
    ),
}
# The group that AWS makes with each VPC can't be asked for there.
NO_TYPE = {"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"}
# What is the provider's own, or what CloudFormation says by other means.
LEFT_OUT = {
    "aws:cloudwatch/logGroup:LogGroup": {"skipDestroy"},
    "aws:ec2/internetGateway:InternetGateway": {"vpcId"},
    "aws:ecr/repository:Repository": {"forceDelete", "region"},
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": {"region"},
    "aws:iam/policy:Policy": {"tags"},
    "aws:lambda/function:Function": {"code", "imageUri", "sourceCodeHash"},
    "aws:rds/cluster:Cluster": {
        *("allowMajorVersionUpgrade", "applyImmediately", "finalSnapshotIdentifier", "masterUserSecretKmsKeyId"),
        "skipFinalSnapshot",
    },
    "aws:rds/clusterInstance:ClusterInstance": {"applyImmediately"},
    "aws:s3/bucket:Bucket": {"forceDestroy"},
    "aws:secretsmanager/secret:Secret": {"recoveryWindowInDays"},
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {"tags"},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"tags"},
}


@cache
def schema(type_):
    """Return CloudFormation's schema of the type, as cfn-lint brings it."""
    known = json.loads((_SCHEMAS / "providers" / "us-east-1.json").read_text())
    return json.loads((_SCHEMAS / "resources" / f"{known[type_]}.json").read_text())


def templates(recording, region):
    """Return the template of each region that the stack has something in."""
    found = {}
    made = {}
    for item in aws(recording):
        if item.type in TYPES:
            where = item.inputs.get("region", region)
            resource = {"Type": TYPES[item.type][0], "Properties": _properties(item)}
            found.setdefault(where, {})[_logical(item.name)] = resource
            made[item.urn] = (item, resource["Properties"])
    for item in aws(recording):
        if item.type in PARTS:
            (of, theirs, ours), part = PARTS[item.type]
            (whole,) = [
                properties
                for other, properties in made.values()
                if other.type == of and _values(other, theirs) == _values(item, ours)
            ]
            for key, value in part(item.inputs).items():
                whole[key] = whole[key] + value if isinstance(whole.get(key), list) else value
    return {where: {"AWSTemplateFormatVersion": "2010-09-09", "Resources": items} for where, items in found.items()}


def said(template, region):
    """Return what cfn-lint has against the template in the region, without what it only advises."""
    found = lint(json.dumps(template), regions=[region])
    return {
        f"{match.rule.id} {'/'.join(map(str, match.path[1:]))}: {match.message}"
        for match in found
        if match.rule.id[0] == "E"
    }


def _values(item, keys):
    given = item.inputs | {"(arn)": item.outputs.get("arn")}
    return [given.get(key) for key in keys]


def _logical(name):
    return "".join(word.capitalize() for word in name.split("-"))


def _properties(item):
    type_, names = TYPES[item.type]
    whole = schema(type_)
    told = {key: value for key, value in item.inputs.items() if key not in LEFT_OUT.get(item.type, ())}
    found = _shaped(told, whole, whole, names)
    return found | _BY_HAND.get(item.type, lambda _inputs: {})(item.inputs)


def _shaped(value, shape, whole, names=None):
    """Return the value with CloudFormation's names and types, as the schema has them."""
    if "$ref" in shape:
        shape = whole["definitions"][shape["$ref"].rpartition("/")[2]]
    if isinstance(value, dict) and "properties" in shape:
        members = {name.lower(): name for name in shape["properties"]}
        found = {}
        for key, item in value.items():
            name = (names or {}).get(key) or members.get(key.lower())
            assert name in shape["properties"], (
                f"{whole['typeName']} has no {key}: say what it is called, or leave it out"
            )
            found[name] = _shaped(_BY_KEY.get(key, lambda same: same)(item), shape["properties"][name], whole)
        return found
    if isinstance(value, list) and "items" in shape:
        return [_shaped(item, shape["items"], whole) for item in value]
    if isinstance(value, str) and "object" in shape.get("type", ()) and value.startswith("{"):
        return json.loads(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _capital(value):
    return {key[0].upper() + key[1:]: item for key, item in value.items()}


def _lifecycle(rule):
    renamed = {
        "filter": lambda value: {"Prefix": value["prefix"]},
        "status": lambda value: {"Status": value},
        "id": lambda value: {"Id": value},
        "noncurrentVersionExpiration": lambda value: {
            "NoncurrentVersionExpiration": {"NoncurrentDays": int(value["noncurrentDays"])}
        },
        "abortIncompleteMultipartUpload": lambda value: {
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": int(value["daysAfterInitiation"])}
        },
        "expiration": lambda value: {"ExpiredObjectDeleteMarker": value["expiredObjectDeleteMarker"]},
    }
    found = {}
    for key, value in rule.items():
        found |= renamed[key](value)
    return found


def _encryption(rule):
    default = rule["applyServerSideEncryptionByDefault"]
    return {
        "BucketKeyEnabled": rule.get("bucketKeyEnabled", False),
        "ServerSideEncryptionByDefault": {
            "KMSMasterKeyID": default["kmsMasterKeyId"],
            "SSEAlgorithm": default["sseAlgorithm"],
        },
    }


_BY_KEY = {
    "tags": lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()],
    "dimensions": lambda items: [{"Name": name, "Value": value} for name, value in items.items()],
    "encryptionConfigurations": lambda blocks: blocks[0],
}


def _function(inputs):
    code = {"ImageUri": inputs["imageUri"]} if "imageUri" in inputs else {"ZipFile": "def handle(): pass"}
    return {"Code": code}


def _parameters(inputs):
    return {"Parameters": {each["name"]: each["value"] for each in inputs.get("parameters", ())}}


_BY_HAND = {
    "aws:ec2/flowLog:FlowLog": lambda _inputs: {"ResourceType": "VPC"},
    "aws:lambda/function:Function": _function,
    "aws:rds/cluster:Cluster": lambda inputs: {"MasterUserSecret": {"KmsKeyId": inputs["masterUserSecretKmsKeyId"]}},
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _parameters,
    "aws:rds/parameterGroup:ParameterGroup": _parameters,
    "aws:sns/topicPolicy:TopicPolicy": lambda inputs: {"Topics": [inputs["arn"]]},
}
