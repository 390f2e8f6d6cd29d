"""Resources that stand on each other as AWS wants it: whatever a test makes, what it needs is there before."""

import json
from dataclasses import dataclass

from policies import tokens
from program.offline.simulation import network_outputs
from tests.engine.client import HERE
from tests.engine.refusals.secretsmanager import SECRET_VERSION

NETWORK = network_outputs(HERE)
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]})
IMAGE = f"{HERE.account}.dkr.ecr.{HERE.region}.amazonaws.com/app:1"
FAMILY = "aurora-postgresql15"


@dataclass(frozen=True)
class Made:
    """A resource that was made, and the client that made it."""

    client: object
    type: str
    id: str
    outputs: dict
    inputs: dict

    def update(self, **changes):
        """Change inputs; return the outputs."""
        return self.client.update(self.type, self.id, self.outputs, self.inputs, {**self.inputs, **changes})

    def delete(self, **state):
        self.client.delete(self.type, self.id, {**self.outputs, **state})


class Ground:
    """Makes resources; one of each type stands for all references to it."""

    def __init__(self, client):
        self.client = client
        self._standing = {}

    def make(self, type_, *, logical="it", **changes):
        """Make a resource of the type with inputs that AWS takes, and the changes."""
        inputs = {key: value for key, value in (self.inputs(type_) | changes).items() if value is not None}
        checked, failures = self.client.check(type_, inputs)
        assert failures == []
        id_, outputs = self.client.create(type_, checked, name=logical)
        return Made(self.client, type_, id_, outputs, checked)

    def the(self, type_):
        """Return the one resource of the type that others refer to."""
        if type_ not in self._standing:
            self._standing[type_] = self.make(type_, logical="one")
        return self._standing[type_]

    def inputs(self, type_):
        """Return inputs that AWS takes for a resource of the type."""
        return _INPUTS[type_](self)

    def _arn(self, type_):
        return self.the(type_).outputs["arn"]


def _rule(ground):
    return {
        "cidrIpv4": "10.0.0.0/16",
        "fromPort": 5432,
        "ipProtocol": "tcp",
        "securityGroupId": ground.the(tokens.SECURITY_GROUP).id,
        "toPort": 5432,
    }


def _cluster(ground):
    return {
        "clusterIdentifier": "a-cluster",
        "dbClusterParameterGroupName": ground.the(tokens.CLUSTER_PARAMETERS).id,
        "dbSubnetGroupName": ground.the(tokens.SUBNET_GROUP).id,
        "engine": "aurora-postgresql",
        "engineVersion": "15.17",
        "kmsKeyId": ground._arn(tokens.KEY),
        "skipFinalSnapshot": True,
        "vpcSecurityGroupIds": [ground.the(tokens.SECURITY_GROUP).id],
    }


def _instance(ground):
    return {
        "clusterIdentifier": ground.the(tokens.CLUSTER).id,
        "dbParameterGroupName": ground.the(tokens.PARAMETERS).id,
        "engine": "aurora-postgresql",
        "engineVersion": "15.17",
        "identifier": "an-instance",
        "instanceClass": "db.t4g.medium",
    }


def _function(ground):
    return {
        "imageUri": IMAGE,
        "name": "a-function",
        "packageType": "Image",
        "role": ground._arn(tokens.ROLE),
        "vpcConfig": {
            "securityGroupIds": [ground.the(tokens.SECURITY_GROUP).id],
            "subnetIds": NETWORK["privateSubnetIds"],
        },
    }


def _permission(ground):
    return {
        "action": "lambda:InvokeFunction",
        "function": ground.the(tokens.FUNCTION).id,
        "principal": "secretsmanager.amazonaws.com",
        "sourceArn": ground._arn(tokens.SECRET),
    }


def _nat(ground):
    ground.the(tokens.INTERNET_GATEWAY)
    return {"allocationId": ground.the(tokens.EIP).id, "subnetId": ground.the(tokens.SUBNET).id}


def _endpoint(ground):
    return {
        "privateDnsEnabled": True,
        "securityGroupIds": [NETWORK["endpointSecurityGroupId"]],
        "serviceName": f"com.amazonaws.{HERE.region}.secretsmanager",
        "subnetIds": [ground.the(tokens.SUBNET).id],
        "vpcId": ground.the(tokens.VPC).id,
    }


_INPUTS = {
    tokens.ALARM: lambda _: {"name": "an-alarm", "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1},
    tokens.ALIAS: lambda ground: {"name": "alias/a-key", "targetKeyId": ground.the(tokens.KEY).id},
    tokens.BUCKET: lambda _: {"bucket": "a-bucket"},
    tokens.BUCKET_POLICY: lambda ground: {"bucket": ground.the(tokens.BUCKET).id, "policy": DOCUMENT},
    tokens.CLUSTER: _cluster,
    tokens.CLUSTER_INSTANCE: _instance,
    tokens.CLUSTER_PARAMETERS: lambda _: {"family": FAMILY, "name": "cluster-parameters"},
    tokens.EGRESS_RULE: _rule,
    tokens.EIP: lambda _: {"domain": "vpc"},
    tokens.FLOW_LOG: lambda ground: {"logDestination": "a-group", "vpcId": ground.the(tokens.VPC).id},
    tokens.FUNCTION: _function,
    tokens.IDENTITY_PROVIDER: lambda _: {"clientIdLists": ["sts.amazonaws.com"], "url": "https://example.com"},
    tokens.IMAGE_POLICY: lambda ground: {
        "policy": DOCUMENT,
        "repository": ground.the(tokens.IMAGE_REPOSITORY).outputs["name"],
    },
    tokens.IMAGE_REPOSITORY: lambda _: {"name": "an-app"},
    tokens.INGRESS_RULE: _rule,
    tokens.INTERNET_GATEWAY: lambda ground: {"vpcId": ground.the(tokens.VPC).id},
    tokens.KEY: lambda _: {},
    tokens.LOG_GROUP: lambda _: {"name": "/a/group"},
    tokens.MANAGED_POLICY_ATTACHMENT: lambda ground: {
        "policyArn": ground._arn(tokens.POLICY),
        "role": ground.the(tokens.ROLE).id,
    },
    tokens.NAT_GATEWAY: _nat,
    tokens.PARAMETERS: lambda _: {"family": FAMILY, "name": "parameters"},
    tokens.PERMISSION: _permission,
    tokens.POLICY: lambda _: {"name": "a-managed-policy", "policy": DOCUMENT},
    tokens.ROLE: lambda _: {"assumeRolePolicy": DOCUMENT, "name": "a-role"},
    tokens.ROLE_POLICY: lambda ground: {"name": "a-policy", "policy": DOCUMENT, "role": ground.the(tokens.ROLE).id},
    tokens.ROTATION: lambda ground: {
        "rotationLambdaArn": ground._arn(tokens.FUNCTION),
        "rotationRules": {"automaticallyAfterDays": 30},
        "secretId": ground.the(tokens.SECRET).id,
    },
    tokens.ROUTE: lambda ground: {
        "destinationCidrBlock": "0.0.0.0/0",
        "gatewayId": ground.the(tokens.INTERNET_GATEWAY).id,
        "routeTableId": ground.the(tokens.ROUTE_TABLE).id,
    },
    tokens.ROUTE_TABLE: lambda ground: {"vpcId": ground.the(tokens.VPC).id},
    tokens.ROUTE_TABLE_ASSOCIATION: lambda ground: {
        "routeTableId": ground.the(tokens.ROUTE_TABLE).id,
        "subnetId": ground.the(tokens.SUBNET).id,
    },
    tokens.SECRET: lambda _: {"name": "a-secret", "recoveryWindowInDays": 0},
    tokens.SECRET_POLICY: lambda ground: {"policy": DOCUMENT, "secretArn": ground.the(tokens.SECRET).id},
    SECRET_VERSION: lambda ground: {"secretId": ground.the(tokens.SECRET).id, "secretString": "{}"},
    tokens.SECURITY_GROUP: lambda _: {"name": "a-group", "vpcId": NETWORK["vpcId"]},
    tokens.SUBNET: lambda ground: {
        "availabilityZone": f"{HERE.region}a",
        "cidrBlock": "10.9.0.0/24",
        "vpcId": ground.the(tokens.VPC).id,
    },
    tokens.SUBNET_GROUP: lambda _: {"name": "subnets", "subnetIds": NETWORK["privateSubnetIds"]},
    tokens.SUBSCRIPTION: lambda ground: {
        "endpoint": "ops@example.com",
        "protocol": "email",
        "topic": ground.the(tokens.TOPIC).id,
    },
    tokens.TOPIC: lambda _: {"name": "a-topic"},
    tokens.TOPIC_POLICY: lambda ground: {"arn": ground.the(tokens.TOPIC).id, "policy": DOCUMENT},
    tokens.VPC: lambda _: {"cidrBlock": "10.9.0.0/16"},
    tokens.VPC_ENDPOINT: _endpoint,
}
