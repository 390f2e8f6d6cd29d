"""An account in moto's server, on loopback: a recorded stack is made in it, in the order that it declares.

Of what could be made next, what was registered last comes first: nothing but the declared dependencies holds an order.
No call may name what isn't there yet.
"""

import json
from io import BytesIO
from urllib.request import Request, urlopen
from zipfile import ZipFile

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from program.network.cutting import cut
from tests.aws.modes import aws, recording_of
from tests.program.foundation.aws_requests import MADE_BY as BY_THE_FOUNDATION
from tests.program.foundation.aws_requests import requests
from tests.program.service.aws_requests import MADE_BY as BY_THE_OTHERS

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
MADE_BY = BY_THE_OTHERS | BY_THE_FOUNDATION
# A key of moto's own: with the account in its place, its server answers for that account.
CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
_QUIET = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


class Server:
    """moto's server on a port of loopback that is free; as a context, until its end."""

    def __enter__(self):
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self._post("config", {"lambda": {"use_docker": False}})
        return self

    def __exit__(self, *_):
        self._server.stop()
        self._server._server.server_close()

    def reset(self):
        """Let the account be empty, and its ids be chosen anew in the same order."""
        self._post("reset", {})
        self._post("seed?a=1", {})

    def client(self, service, region):
        return boto3.client(service, region_name=region, endpoint_url=self.url, config=_QUIET, **CREDENTIALS)

    def _post(self, what, content):
        asked = Request(f"{self.url}/moto-api/{what}", data=json.dumps(content).encode(), method="POST")
        asked.add_header("Content-Type", "application/json")
        with urlopen(asked) as answer:
            answer.read()


class Account:
    """One stack as it was made: `ids` has for each id that the recording simulated the one that was given."""

    def __init__(self, server, form):
        self._server = server
        self._clients = {}
        self.region = form.region
        self.recording = recording_of(form)
        self.ids = {}
        self.refused = {}
        self.asked = {}
        self._there = set()
        if network := self.recording.networking or form.given_network:
            self._network(network)
        for item in ordered(aws(self.recording)):
            self._make(item)

    def client(self, service, region=None):
        place = (service, region or self.region)
        if place not in self._clients:
            self._clients[place] = self._server.client(*place)
        return self._clients[place]

    def given(self, value):
        """Return the value with the ids that the account gave."""
        if isinstance(value, str):
            for simulated in sorted(self.ids, key=len, reverse=True):
                value = value.replace(simulated, self.ids[simulated])
        if isinstance(value, dict):
            return {key: self.given(item) for key, item in value.items()}
        return [self.given(item) for item in value] if isinstance(value, list) else value

    def id_of(self, item):
        return self.given(item.outputs["id"])

    def _network(self, network):
        """Make the network that was there before the stack."""
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock=network["vpcCidr"])["Vpc"]["VpcId"]
        self.ids[network["vpcId"]] = vpc
        ranges = cut(network["vpcCidr"]).private
        for subnet, zone, cidr in zip(network["privateSubnetIds"], network["availabilityZones"], ranges, strict=True):
            made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)
            self.ids[subnet] = made["Subnet"]["SubnetId"]
        if network.get("endpointSecurityGroupId"):
            group = ec2.create_security_group(GroupName="endpoints", Description="Endpoints.", VpcId=vpc)
            self.ids[network["endpointSecurityGroupId"]] = group["GroupId"]

    def _make(self, item):
        region = item.inputs.get("region")
        for service, operation, parameters in requests(item):
            if operation in ENDS:
                continue
            self._must_be_there(item, parameters)
            asked = self.given(parameters)
            if operation == "CreateFunction" and "ZipFile" in asked["Code"]:
                asked["Code"] = {"ZipFile": _zip()}
            self.asked.setdefault(item.name, {}).update(asked)
            try:
                answer = getattr(self.client(service, region), xform_name(operation))(**asked)
            except ClientError as error:
                self.refused[f"{item.type}: {operation}"] = str(error)
                continue
            self._remember(item, operation, answer)
        if item.type == "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
            self._emptied(self.id_of(item))
        self._there.add(item.urn)

    def _must_be_there(self, item, parameters):
        """Refuse a call that names what AWS has not made yet."""
        text = json.dumps(parameters, default=str)
        for other in aws(self.recording):
            chosen = CHOSEN.get(other.type)
            if chosen and other.urn not in self._there | {item.urn}:
                simulated = other.outputs[chosen[0]]
                assert simulated not in text, f"{item.name} names {other.name}, and doesn't wait for it"

    def _remember(self, item, operation, answer):
        if item.type in CHOSEN and operation == MADE_BY[item.type][1]:
            output, chosen = CHOSEN[item.type]
            self.ids[item.outputs[output]] = chosen(answer)
        if operation == "CreateDBCluster":
            simulated = item.outputs["masterUserSecrets"][0]["secretArn"]
            self.ids[simulated] = answer["DBCluster"]["MasterUserSecret"]["SecretArn"]
        if operation.startswith("Authorize"):
            self.ids[item.outputs["id"]] = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        if operation == "Subscribe":
            self.ids[item.outputs["id"]] = answer["SubscriptionArn"]

    def _emptied(self, group):
        """Take the rules from the group that AWS made, as the provider does."""
        ec2 = self.client("ec2")
        (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        if found["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])
        if found["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=group, IpPermissions=found["IpPermissionsEgress"])


def ordered(items):
    """Return the resources in an order that their dependencies allow: of those that can be next, the last one."""
    waiting, there, known = list(reversed(items)), set(), {item.urn for item in items}
    while waiting:
        item = next(each for each in waiting if not (set(each.dependencies) & known) - there)
        waiting.remove(item)
        there.add(item.urn)
        yield item


def _zip():
    """Return the code of a function that is not run; moto looks into the archive."""
    with BytesIO() as file:
        with ZipFile(file, "w") as archive:
            archive.writestr("handler.py", "")
        return file.getvalue()
