"""The calls that make what the program registers, as AWS's own models know them: which input goes where."""

import re
from functools import cache

import botocore.session
from botocore.validate import ParamValidator

# What AWS never sees, or sees in a call that makes nothing; the engine's or the provider's own.
NOT_TOLD = {
    "aws:cloudwatch/logGroup:LogGroup": {"skipDestroy", "retentionInDays"},
    # AWS makes the group with the VPC; the provider looks for it, and takes its rules away.
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {"vpcId"},
    "aws:ec2/flowLog:FlowLog": {"vpcId"},
    "aws:ec2/internetGateway:InternetGateway": {"vpcId"},
    "aws:ec2/subnet:Subnet": {"mapPublicIpOnLaunch"},
    "aws:ec2/vpc:Vpc": {"enableDnsHostnames", "enableDnsSupport"},
    "aws:iam/role:Role": set(),
    "aws:kms/key:Key": {"enableKeyRotation", "deletionWindowInDays"},
    "aws:lambda/function:Function": {"code", "sourceCodeHash", "reservedConcurrentExecutions", "imageUri"},
    "aws:rds/cluster:Cluster": {
        *("allowMajorVersionUpgrade", "applyImmediately", "dbInstanceParameterGroupName", "deleteAutomatedBackups"),
        *("finalSnapshotIdentifier", "skipFinalSnapshot"),
    },
    "aws:rds/clusterInstance:ClusterInstance": {"applyImmediately"},
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {"parameters"},
    "aws:rds/parameterGroup:ParameterGroup": {"parameters"},
    "aws:secretsmanager/secret:Secret": {"recoveryWindowInDays"},
    "aws:sns/topic:Topic": {"kmsMasterKeyId"},
}
# The call that makes each type, and what the inputs are called there; others have the input's name, as AWS spells it.
MADE_BY = {
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "CreateLogGroup", {"name": "logGroupName"}),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        "cloudwatch",
        "PutMetricAlarm",
        {"name": "AlarmName", "okActions": "OKActions"},
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("ec2", "DescribeSecurityGroups", {}),
    "aws:ec2/eip:Eip": ("ec2", "AllocateAddress", {}),
    "aws:ec2/flowLog:FlowLog": ("ec2", "CreateFlowLogs", {"iamRoleArn": "DeliverLogsPermissionArn"}),
    "aws:ec2/internetGateway:InternetGateway": ("ec2", "CreateInternetGateway", {}),
    "aws:ec2/natGateway:NatGateway": ("ec2", "CreateNatGateway", {}),
    "aws:ec2/route:Route": ("ec2", "CreateRoute", {}),
    "aws:ec2/routeTable:RouteTable": ("ec2", "CreateRouteTable", {}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("ec2", "AssociateRouteTable", {}),
    "aws:ec2/securityGroup:SecurityGroup": ("ec2", "CreateSecurityGroup", {"name": "GroupName"}),
    "aws:ec2/subnet:Subnet": ("ec2", "CreateSubnet", {}),
    "aws:ec2/vpc:Vpc": ("ec2", "CreateVpc", {}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("ec2", "CreateVpcEndpoint", {"policy": "PolicyDocument"}),
    "aws:iam/role:Role": ("iam", "CreateRole", {"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"}),
    "aws:iam/rolePolicy:RolePolicy": (
        "iam",
        "PutRolePolicy",
        {"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    ),
    "aws:kms/alias:Alias": ("kms", "CreateAlias", {"name": "AliasName"}),
    "aws:kms/key:Key": ("kms", "CreateKey", {}),
    "aws:lambda/function:Function": (
        "lambda",
        "CreateFunction",
        {"name": "FunctionName", "kmsKeyArn": "KMSKeyArn"},
    ),
    "aws:lambda/permission:Permission": ("lambda", "AddPermission", {"function": "FunctionName"}),
    "aws:rds/cluster:Cluster": (
        "rds",
        "CreateDBCluster",
        {
            "clusterIdentifier": "DBClusterIdentifier",
            "dbClusterParameterGroupName": "DBClusterParameterGroupName",
            "dbSubnetGroupName": "DBSubnetGroupName",
            "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
            "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
        },
    ),
    "aws:rds/clusterInstance:ClusterInstance": (
        "rds",
        "CreateDBInstance",
        {
            "identifier": "DBInstanceIdentifier",
            "clusterIdentifier": "DBClusterIdentifier",
            "dbParameterGroupName": "DBParameterGroupName",
            "instanceClass": "DBInstanceClass",
            "performanceInsightsEnabled": "EnablePerformanceInsights",
            "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
        },
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": (
        "rds",
        "CreateDBClusterParameterGroup",
        {"name": "DBClusterParameterGroupName", "family": "DBParameterGroupFamily"},
    ),
    "aws:rds/parameterGroup:ParameterGroup": (
        "rds",
        "CreateDBParameterGroup",
        {"name": "DBParameterGroupName", "family": "DBParameterGroupFamily"},
    ),
    "aws:rds/subnetGroup:SubnetGroup": (
        "rds",
        "CreateDBSubnetGroup",
        {"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription"},
    ),
    "aws:secretsmanager/secret:Secret": ("secretsmanager", "CreateSecret", {}),
    "aws:secretsmanager/secretPolicy:SecretPolicy": (
        "secretsmanager",
        "PutResourcePolicy",
        {"secretArn": "SecretId", "policy": "ResourcePolicy"},
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": (
        "secretsmanager",
        "RotateSecret",
        {"rotationLambdaArn": "RotationLambdaARN"},
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretsmanager", "PutSecretValue", {}),
    "aws:sns/topic:Topic": ("sns", "CreateTopic", {}),
    "aws:sns/topicPolicy:TopicPolicy": ("sns", "SetTopicAttributes", {"arn": "TopicArn", "policy": "AttributeValue"}),
    "aws:sns/topicSubscription:TopicSubscription": ("sns", "Subscribe", {"topic": "TopicArn"}),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ("ec2", "AuthorizeSecurityGroupEgress", {}),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("ec2", "AuthorizeSecurityGroupIngress", {}),
}
# What a resource is given by calls of their own.
AND_THEN = {
    "aws:cloudwatch/logGroup:LogGroup": [
        ("logs", "PutRetentionPolicy", {"name": "logGroupName", "retentionInDays": "retentionInDays"})
    ],
    "aws:ec2/internetGateway:InternetGateway": [
        ("ec2", "AttachInternetGateway", {"(id)": "InternetGatewayId", "vpcId": "VpcId"})
    ],
    "aws:ec2/subnet:Subnet": [
        ("ec2", "ModifySubnetAttribute", {"(id)": "SubnetId", "mapPublicIpOnLaunch": "MapPublicIpOnLaunch"})
    ],
    "aws:ec2/vpc:Vpc": [
        ("ec2", "ModifyVpcAttribute", {"(id)": "VpcId", "enableDnsSupport": "EnableDnsSupport"}),
        ("ec2", "ModifyVpcAttribute", {"(id)": "VpcId", "enableDnsHostnames": "EnableDnsHostnames"}),
    ],
    "aws:kms/key:Key": [
        ("kms", "ScheduleKeyDeletion", {"(id)": "KeyId", "deletionWindowInDays": "PendingWindowInDays"})
    ],
    "aws:lambda/function:Function": [
        (
            "lambda",
            "PutFunctionConcurrency",
            {"name": "FunctionName", "reservedConcurrentExecutions": "ReservedConcurrentExecutions"},
        )
    ],
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": [
        (
            "rds",
            "ModifyDBClusterParameterGroup",
            {"name": "DBClusterParameterGroupName", "parameters": "Parameters"},
        )
    ],
    "aws:rds/parameterGroup:ParameterGroup": [
        ("rds", "ModifyDBParameterGroup", {"name": "DBParameterGroupName", "parameters": "Parameters"})
    ],
    "aws:rds/cluster:Cluster": [
        (
            "rds",
            "DeleteDBCluster",
            {
                "clusterIdentifier": "DBClusterIdentifier",
                "deleteAutomatedBackups": "DeleteAutomatedBackups",
                "finalSnapshotIdentifier": "FinalDBSnapshotIdentifier",
                "skipFinalSnapshot": "SkipFinalSnapshot",
            },
        )
    ],
}
PARAMETER = {"name": "ParameterName", "value": "ParameterValue", "applyMethod": "ApplyMethod"}
# What EC2 calls the resource that a call makes, where it is given tags.
TAGGED = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateNatGateway": "natgateway",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
}
_IP_RULE = ("ipProtocol", "fromPort", "toPort", "referencedSecurityGroupId", "cidrIpv4", "description")


@cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


def requests(item):
    """Yield the service, the operation and the parameters of each call for the registered resource."""
    service, operation, names = MADE_BY[item.type]
    told = {key: value for key, value in item.inputs.items() if key not in NOT_TOLD.get(item.type, ())}
    yield service, operation, _parameters(service, operation, names, told) | _by_hand(item)
    for service, operation, names in AND_THEN.get(item.type, ()):
        given = {**item.inputs, "(id)": item.outputs.get("id")}
        told = {key: given[key] for key in names if given.get(key) is not None}
        yield service, operation, _parameters(service, operation, names, told)


def _parameters(service, operation, names, told):
    members = model(service).operation_model(operation).input_shape.members
    found = {}
    for key, value in told.items():
        name = names.get(key) or next((name for name in members if name.lower() == key.lower()), None)
        if name is None and operation.startswith("Authorize") and key in _IP_RULE:
            continue
        if name is None and key in ("tags", "securityGroupId"):
            name = "TagSpecifications" if key == "tags" else "GroupId"
        assert name in members, f"{operation} takes no {key}: say where it goes, or that AWS is not told of it"
        found[name] = shaped(members[name], value, key)
    for specification in found.get("TagSpecifications", ()):
        specification["ResourceType"] = TAGGED[operation]
    return found


def shaped(shape, value, key=""):
    """Return the value in the form that the shape asks for."""
    if key in _BY_KEY:
        return _BY_KEY[key](shape, value)
    if shape.name == "AttributeBooleanValue":
        return {"Value": value}
    if isinstance(value, dict) and shape.type_name == "string":
        return value["value"]  # what Pulumi marks as a secret
    if isinstance(value, dict) and shape.type_name == "structure":
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        return {members[name.lower()][0]: shaped(members[name.lower()][1], item) for name, item in value.items()}
    if shape.type_name == "list":
        return [shaped(shape.member, item) for item in value]
    return int(value) if shape.type_name in ("integer", "long") and isinstance(value, float) else value


def _tags(shape, tags):
    if shape.type_name == "map":
        return tags
    if shape.name == "TagSpecificationList":
        return [{"Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}]
    key, value = sorted(shape.member.members)
    return [{key: name, value: item} for name, item in tags.items()]


def _dimensions(_shape, dimensions):
    return [{"Name": name, "Value": item} for name, item in dimensions.items()]


def _of_group(_shape, parameters):
    return [{PARAMETER[name]: text for name, text in item.items()} for item in parameters]


_BY_KEY = {"dimensions": _dimensions, "parameters": _of_group, "tags": _tags}


def _by_hand(item):
    """What the provider makes of several inputs, or of none."""
    made = _BY_HAND.get(item.type)
    return made(item.inputs) if made is not None else {}


def _default_group(inputs):
    named = {"Name": "group-name", "Values": ["default"]}
    return {"Filters": [named, {"Name": "vpc-id", "Values": [inputs["vpcId"]]}]}


def _flow_log(inputs):
    return {"ResourceIds": [inputs["vpcId"]], "ResourceType": "VPC"}


def _function(inputs):
    return {"Code": {"ImageUri": inputs["imageUri"]} if "imageUri" in inputs else {"ZipFile": b"zip"}}


def _group_rule(inputs):
    described = {"Description": inputs["description"]}
    where = (
        {"UserIdGroupPairs": [{"GroupId": inputs["referencedSecurityGroupId"], **described}]}
        if "referencedSecurityGroupId" in inputs
        else {"IpRanges": [{"CidrIp": inputs["cidrIpv4"], **described}]}
    )
    ports = {"FromPort": int(inputs["fromPort"]), "ToPort": int(inputs["toPort"])}
    return {"IpPermissions": [{"IpProtocol": inputs["ipProtocol"], **ports, **where}]}


_BY_HAND = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _default_group,
    "aws:ec2/flowLog:FlowLog": _flow_log,
    "aws:lambda/function:Function": _function,
    "aws:lambda/permission:Permission": lambda _inputs: {"StatementId": "AllowExecution"},
    "aws:sns/topic:Topic": lambda inputs: {"Attributes": {"KmsMasterKeyId": inputs["kmsMasterKeyId"]}},
    "aws:sns/topicPolicy:TopicPolicy": lambda _inputs: {"AttributeName": "Policy"},
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _group_rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _group_rule,
}


def problems(service, operation, parameters):
    """Return what AWS's model has against the call: types, what is missing, lengths, enumerations, patterns."""
    shape = model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(parameters, shape)
    found = [report.generate_report()] if report.has_errors() else []
    return [*found, *_deeper(shape, parameters, operation)]


def _deeper(shape, value, where):
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, item in value.items():
            yield from _deeper(shape.members[name], item, f"{where}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from _deeper(shape.member, item, where)
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _deeper(shape.key, key, f"{where} (key)")
            yield from _deeper(shape.value, item, f"{where}.{key}")
    else:
        yield from _scalar(shape.metadata, value, where)


def _scalar(metadata, value, where):
    if isinstance(value, str):
        if metadata.get("enum") and value not in metadata["enum"]:
            yield f"{where} is {value!r}, none of {metadata['enum']}"
        if len(value) > metadata.get("max", len(value)):
            yield f"{where} has {len(value)} characters, more than {metadata['max']}"
        if metadata.get("pattern") and not _fits(metadata["pattern"], value):
            yield f"{where} is {value!r}, not of the form {metadata['pattern']}"
    elif isinstance(value, (int, float)) and value > metadata.get("max", value):
        yield f"{where} is {value}, more than {metadata['max']}"


def _fits(pattern, value):
    """Patterns are Java's; its POSIX classes are the only ones here that Python spells otherwise."""
    for java, python in ((r"\p{L}", "A-Za-z"), (r"\p{N}", "0-9"), (r"\p{Z}", r"\s"), (r"\p{M}", "")):
        pattern = pattern.replace(java, python)
    return re.fullmatch(pattern, value, re.DOTALL) is not None
