"""An account as moto knows AWS, in which recorded stacks are made, call by call, in the order of registration."""

import boto3
from botocore import xform_name

from program.network.cutting import cut
from tests.program.foundation.world import world
from tests.program.recorded import config_of, find, of_type
from tests.program.service.aws_requests import MADE_BY, requests

# What ends a resource, and not makes it.
ENDS = ("DeleteDBCluster", "ScheduleKeyDeletion")
# The output that AWS chooses when it makes the type, and where its answer has it.
CHOSEN = {
    "aws:kms/key:Key": ("id", lambda answer: answer["KeyMetadata"]["KeyId"]),
    "aws:ec2/securityGroup:SecurityGroup": ("id", lambda answer: answer["GroupId"]),
    "aws:secretsmanager/secret:Secret": ("arn", lambda answer: answer["ARN"]),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("id", lambda answer: answer["SecurityGroups"][0]["GroupId"]),
    "aws:ec2/eip:Eip": ("id", lambda answer: answer["AllocationId"]),
    "aws:ec2/flowLog:FlowLog": ("id", lambda answer: answer["FlowLogIds"][0]),
    "aws:ec2/internetGateway:InternetGateway": ("id", lambda answer: answer["InternetGateway"]["InternetGatewayId"]),
    "aws:ec2/natGateway:NatGateway": ("id", lambda answer: answer["NatGateway"]["NatGatewayId"]),
    "aws:ec2/routeTable:RouteTable": ("id", lambda answer: answer["RouteTable"]["RouteTableId"]),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("id", lambda answer: answer["AssociationId"]),
    "aws:ec2/subnet:Subnet": ("id", lambda answer: answer["Subnet"]["SubnetId"]),
    "aws:ec2/vpc:Vpc": ("id", lambda answer: answer["Vpc"]["VpcId"]),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("id", lambda answer: answer["VpcEndpoint"]["VpcEndpointId"]),
}


class Account:
    """Stacks in one region of the account: `ids` has for each id that a recording simulated the one that was given."""

    def __init__(self, region, *recordings):
        self.region = region
        self.recordings = recordings
        self.ids = {}
        if not of_type(recordings[0], "aws:ec2/vpc:Vpc"):
            self._network(recordings[0].networking)
        for recording in recordings:
            for item in recording.registrations:
                if item.type.startswith("aws:"):
                    self._make(item)

    @classmethod
    def of_service(cls, stack, mode):
        """Return the account with the service's stack, in a network that was there before."""
        recording = world(stack, "main", mode).recording
        return cls(config_of(stack)["aws:region"], recording)

    @property
    def recording(self):
        """Return the recording of the stack that was made last."""
        return self.recordings[-1]

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

    def _network(self, network):
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock=network["vpcCidr"])["Vpc"]["VpcId"]
        self.ids[network["vpcId"]] = vpc
        ranges = cut(network["vpcCidr"]).private
        for subnet, zone, cidr in zip(network["privateSubnetIds"], network["availabilityZones"], ranges, strict=True):
            made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)
            self.ids[subnet] = made["Subnet"]["SubnetId"]
        endpoints = ec2.create_security_group(GroupName="endpoints", Description="Endpoints.", VpcId=vpc)
        self.ids[network["endpointSecurityGroupId"]] = endpoints["GroupId"]

    def _make(self, item):
        for service, operation, parameters in requests(item):
            if operation in ENDS:
                continue
            answer = getattr(self.client(service), xform_name(operation))(**self.given(parameters))
            if item.type in CHOSEN and operation == MADE_BY[item.type][1]:
                output, chosen = CHOSEN[item.type]
                self.ids[item.outputs[output]] = chosen(answer)
            if operation == "CreateDBCluster":
                simulated = item.outputs["masterUserSecrets"][0]["secretArn"]
                self.ids[simulated] = answer["DBCluster"]["MasterUserSecret"]["SecretArn"]
        if item.type == "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
            self._emptied(self.ids[item.outputs["id"]])

    def _emptied(self, group):
        """Take the rules from the group that AWS made, as the provider does."""
        ec2 = self.client("ec2")
        (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        if found["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])
        if found["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=group, IpPermissions=found["IpPermissionsEgress"])
