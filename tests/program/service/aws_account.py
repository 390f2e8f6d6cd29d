"""An account as moto knows AWS, in which a recorded stack is made, call by call, in the order of registration."""

import boto3
from botocore import xform_name

from tests.program.foundation.world import world
from tests.program.recorded import find
from tests.program.service.aws_requests import requests

# What ends a resource, and not makes it.
ENDS = ("DeleteDBCluster", "ScheduleKeyDeletion")
# The output that AWS chooses when it makes the type, and where its answer has it.
CHOSEN = {
    "aws:kms/key:Key": ("id", lambda answer: answer["KeyMetadata"]["KeyId"]),
    "aws:ec2/securityGroup:SecurityGroup": ("id", lambda answer: answer["GroupId"]),
    "aws:secretsmanager/secret:Secret": ("arn", lambda answer: answer["ARN"]),
}


class Account:
    """The stack in the account: `ids` has for each id that the recording simulated the one that was given."""

    def __init__(self, stack, mode):
        self.recording = world(stack, "main", mode).recording
        self.region = find(self.recording, "tap-key").outputs["arn"].split(":")[3]
        self.ids = {}
        self._network()
        for item in self.recording.registrations:
            if item.type.startswith("aws:"):
                self._make(item)

    def client(self, service):
        return boto3.client(service, region_name=self.region)

    def given(self, value):
        """Return the value with the ids that the account gave."""
        if isinstance(value, str):
            for simulated in sorted(self.ids, key=len, reverse=True):
                value = value.replace(simulated, self.ids[simulated])
        if isinstance(value, dict):
            return {key: self.given(item) for key, item in value.items()}
        return [self.given(item) for item in value] if isinstance(value, list) else value

    def inputs(self, name):
        return self.given(find(self.recording, name).inputs)

    def _network(self):
        ec2, network = self.client("ec2"), self.recording.networking
        vpc = ec2.create_vpc(CidrBlock=network["vpcCidr"])["Vpc"]["VpcId"]
        self.ids[network["vpcId"]] = vpc
        zones = zip(network["privateSubnetIds"], network["availabilityZones"], strict=True)
        for number, (subnet, zone) in enumerate(zones):
            made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)
            self.ids[subnet] = made["Subnet"]["SubnetId"]
        endpoints = ec2.create_security_group(GroupName="endpoints", Description="Endpoints.", VpcId=vpc)
        self.ids[network["endpointSecurityGroupId"]] = endpoints["GroupId"]

    def _make(self, item):
        for service, operation, parameters in requests(item):
            if operation in ENDS:
                continue
            answer = getattr(self.client(service), xform_name(operation))(**self.given(parameters))
            if item.type in CHOSEN and operation.startswith("Create"):
                output, chosen = CHOSEN[item.type]
                self.ids[item.outputs[output]] = chosen(answer)
            if operation == "CreateDBCluster":
                simulated = item.outputs["masterUserSecrets"][0]["secretArn"]
                self.ids[simulated] = answer["DBCluster"]["MasterUserSecret"]["SecretArn"]
