"""What AWS answers when a resource is made, simulated: real in form, the same every time, never twice the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from policies import tokens
from policies.known.tables import known_somewhere
from program.project.definition import NETWORK, ROOT, stack_file
from program.project.stackfile import read_stack_file
from program.service.validation import AVAILABILITY_ZONES

GET_IMAGE = "aws:ecr/getImage:getImage"
Outputs = dict[str, Any]
_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One region of one account, in which one stack lives."""

    stack: str
    region: str
    account: str

    def token(self, *parts: str, length: int, digits: bool = False) -> str:
        """Return text that stands for AWS's random part of an id: hex, or decimal digits."""
        seed = "\x00".join((self.stack, *parts)).encode()
        value = hashlib.sha256(seed).hexdigest()
        return str(int(value, 16))[:length] if digits else value[:length]

    def uuid(self, *parts: str) -> str:
        """Return text in the form of a UUID."""
        text = self.token(*parts, length=32)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def arn(self, service: str, resource: str) -> str:
        """Return an ARN of the stack's region and account."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


Answer = Callable[[Cloud, str, Mapping[str, Any]], Outputs]


def account_of(stack: str) -> str:
    """Return an account id for a stack whose account isn't known."""
    return "9" + str(int(hashlib.sha256(f"account of {stack}".encode()).hexdigest(), 16))[:11]


class SimulatedCloud(Mocks):
    """Answers registrations and calls as AWS does, for the types that the program makes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def call(self, args: MockCallArgs) -> tuple[Outputs, list[tuple[str, str]]]:
        """Answer a function of the provider."""
        if args.token == GET_IMAGE:
            # What its registry holds is known to nobody offline; a preview asks.
            return dict(args.args), []
        if args.token != "aws:index/getCallerIdentity:getCallerIdentity":
            raise NotImplementedError(f"{args.token} has no simulated answer; add one to program/offline/simulation.py")
        cloud = self._cloud
        return {
            "accountId": cloud.account,
            "arn": f"arn:aws:iam::{cloud.account}:role/parity",
            "id": cloud.account,
            "userId": "AROA" + cloud.token("user", length=17).upper(),
        }, []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, Outputs]:
        """Return the id and all properties of a resource: its inputs, and what AWS adds."""
        identifier, added = self.made(args.typ, args.name, args.inputs, args.resource_id or "")
        return identifier, {**args.inputs, **added}

    def made(self, type_: str, name: str, inputs: Mapping[str, Any], identifier: str) -> tuple[str, Outputs]:
        """Return the id of a resource, and what AWS adds to its inputs; `identifier` is that of one which is read."""
        if type_ == tokens.STACK_REFERENCE:
            return name, {
                "name": name,
                "outputs": network_outputs(self._cloud, _asked_for(identifier)),
                "secretOutputNames": [],
            }
        added = _answer_of(type_)(self._cloud, name, inputs)
        made = added.pop("id", None) or added.get("arn") or self._cloud.token(type_, name, length=20)
        return str(made), added


def _asked_for(reference: str) -> Mapping[str, str]:
    """Return what the stack file of the referenced network asks for; nothing where this repository has no such file."""
    name = NETWORK.labelled(reference.rpartition("/")[2])
    return read_stack_file(name).config if (ROOT / stack_file(name)).exists() else {}


def network_outputs(cloud: Cloud, asked: Mapping[str, str] | None = None) -> Outputs:
    """Return the outputs of a networking stack in the region, with what its stack file asks for."""
    given = {key.partition(":")[2]: value for key, value in (asked or {}).items()}
    own = [f"{cloud.region}{letter}" for letter in "abcdef"[:AVAILABILITY_ZONES]]
    # A copy of the service in another region than the environment's first has a network of its own there.
    zones = json.loads(given.get("availabilityZones", "[]")) if given.get("region") == cloud.region else own
    return {
        "vpcId": f"vpc-{cloud.token('vpc', length=17)}",
        "vpcCidr": given.get("vpcCidr", "10.0.0.0/16"),
        "privateSubnetIds": [f"subnet-{cloud.token('private', zone, length=17)}" for zone in zones],
        "publicSubnetIds": [f"subnet-{cloud.token('public', zone, length=17)}" for zone in zones],
        "availabilityZones": zones,
        "endpointSecurityGroupId": f"sg-{cloud.token('endpoints', length=17)}",
    }


def _answer_of(type_: str) -> Answer:
    """Return the type's answer: nothing for a component, or for a type that nobody simulates."""
    if type_ in _ANSWERS or (found := known_somewhere(type_)) is None:
        return _ANSWERS.get(type_, lambda _cloud, _name, _inputs: {})
    return partial(_by_template, type_, found[0].answer)


def unanswered(type_: str) -> str | None:
    """Return what is missing where a type has no answer, with the line to add."""
    if type_ in _ANSWERS or (found := known_somewhere(type_)) is None or found[0].answer:
        return None
    return (
        f"{type_} has no simulated answer: its outputs would be missing from the manifest; add the line to "
        f'{found[1]}: answer: {{id: "${{name}}", arn: "arn:aws:...:${{region}}:${{account}}:${{name}}"}}'
    )


def _by_template(
    type_: str, templates: Mapping[str, str], cloud: Cloud, name: str, inputs: Mapping[str, Any]
) -> Outputs:
    values = {
        "name": _named(cloud, name, inputs),
        "region": cloud.region,
        "account": cloud.account,
        "hex": cloud.token(type_, name, length=20),
        # As long as EC2's ids are behind their prefix.
        "hex17": cloud.token(type_, name, length=17),
        **{f"input.{key}": str(value) for key, value in inputs.items()},
    }

    def word(placeholder: str) -> str:
        # What the program leaves out, Pulumi or AWS makes up.
        return values.get(placeholder, values["name"])

    return {key: _PLACEHOLDER.sub(lambda match: word(match[1]), text) for key, text in templates.items()}


def _key(cloud: Cloud, name: str, _inputs: Mapping[str, Any]) -> Outputs:
    key_id = cloud.uuid("key", name)
    return {"id": key_id, "keyId": key_id, "arn": cloud.arn("kms", f"key/{key_id}")}


def _named(cloud: Cloud, name: str, inputs: Mapping[str, Any], key: str = "name") -> str:
    """Return the physical name; without one Pulumi takes the logical name and some random characters."""
    return str(inputs.get(key) or f"{name}-{cloud.token(key, name, length=7)}")


def _alias(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    alias = inputs.get("name") or f"alias/{_named(cloud, name, inputs)}"
    return {"id": alias, "name": alias, "arn": cloud.arn("kms", alias)}


def _of_name(service: str, kind: str) -> Answer:
    """Return the answer of a service whose resources' ids are their names."""

    def answer(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
        given = _named(cloud, name, inputs)
        return {"id": given, "name": given, "arn": cloud.arn(service, f"{kind}:{given}")}

    return answer


def _part_of(key: str) -> Answer:
    """Return the answer for what has the id of the resource that it belongs to, which an input names."""

    def answer(_cloud: Cloud, _name: str, inputs: Mapping[str, Any]) -> Outputs:
        return {"id": inputs[key]}

    return answer


def _topic(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    given = _named(cloud, name, inputs)
    arn = cloud.arn("sns", given)
    return {"id": arn, "name": given, "arn": arn}


def _role(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    given = _named(cloud, name, inputs)
    return {
        "id": given,
        "name": given,
        "arn": f"arn:aws:iam::{cloud.account}:role/{given}",
        "uniqueId": "AROA" + cloud.token("role", name, length=17).upper(),
    }


def _role_policy(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    given = _named(cloud, name, inputs)
    return {"id": f"{inputs['role']}:{given}", "name": given}


def _function(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    given = _named(cloud, name, inputs)
    arn = cloud.arn("lambda", f"function:{given}")
    return {
        "id": given,
        "name": given,
        "arn": arn,
        "invokeArn": f"arn:aws:apigateway:{cloud.region}:lambda:path/2015-03-31/functions/{arn}/invocations",
        "version": "$LATEST",
        "codeSha256": inputs.get("sourceCodeHash") or str(inputs.get("imageUri", "")).rpartition(":")[2],
    }


def _secret(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    given = _named(cloud, name, inputs)
    # Secrets Manager ends the ARN with six random characters.
    arn = cloud.arn("secretsmanager", f"secret:{given}-{cloud.token('secret', name, length=6)}")
    return {"id": arn, "name": given, "arn": arn}


def _secret_version(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    version = cloud.uuid("version", name)
    return {"id": f"{inputs['secretId']}|{version}", "arn": inputs["secretId"], "versionId": version}


def _security_group(cloud: Cloud, name: str, _inputs: Mapping[str, Any]) -> Outputs:
    group = f"sg-{cloud.token('group', name, length=17)}"
    return {"id": group, "arn": cloud.arn("ec2", f"security-group/{group}"), "ownerId": cloud.account}


def _security_group_rule(cloud: Cloud, name: str, _inputs: Mapping[str, Any]) -> Outputs:
    rule = f"sgr-{cloud.token('rule', name, length=17)}"
    return {
        "id": rule,
        "arn": cloud.arn("ec2", f"security-group-rule/{rule}"),
        "securityGroupRuleId": rule,
    }


def _cluster(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    identifier = _named(cloud, name, inputs, "clusterIdentifier")
    domain = f"{cloud.token('rds', length=12)}.{cloud.region}.rds.amazonaws.com"
    master = f"secret:rds!cluster-{cloud.uuid('master', name)}-{cloud.token('master', name, length=6)}"
    return {
        "id": identifier,
        "arn": cloud.arn("rds", f"cluster:{identifier}"),
        "clusterResourceId": f"cluster-{cloud.token('cluster', name, length=26).upper()}",
        "endpoint": f"{identifier}.cluster-{domain}",
        "readerEndpoint": f"{identifier}.cluster-ro-{domain}",
        "clusterIdentifier": identifier,
        "engineVersionActual": inputs.get("engineVersion"),
        "masterUserSecrets": [
            {
                "kmsKeyId": inputs.get("masterUserSecretKmsKeyId"),
                "secretArn": cloud.arn("secretsmanager", master),
                "secretStatus": "active",
            }
        ],
    }


def _cluster_instance(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Outputs:
    identifier = _named(cloud, name, inputs, "identifier")
    domain = f"{cloud.token('rds', length=12)}.{cloud.region}.rds.amazonaws.com"
    return {
        "id": identifier,
        "arn": cloud.arn("rds", f"db:{identifier}"),
        "identifier": identifier,
        "dbiResourceId": f"db-{cloud.token('instance', name, length=26).upper()}",
        "endpoint": f"{identifier}.{domain}",
    }


_ANSWERS: Mapping[str, Answer] = {
    "aws:cloudwatch/logGroup:LogGroup": _of_name("logs", "log-group"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _of_name("cloudwatch", "alarm"),
    "aws:ec2/securityGroup:SecurityGroup": _security_group,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:kms/alias:Alias": _alias,
    "aws:kms/key:Key": _key,
    "aws:lambda/function:Function": _function,
    "aws:rds/cluster:Cluster": _cluster,
    "aws:rds/clusterInstance:ClusterInstance": _cluster_instance,
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _of_name("rds", "cluster-pg"),
    "aws:rds/parameterGroup:ParameterGroup": _of_name("rds", "pg"),
    "aws:rds/subnetGroup:SubnetGroup": _of_name("rds", "subgrp"),
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:secretsmanager/secretPolicy:SecretPolicy": _part_of("secretArn"),
    "aws:secretsmanager/secretRotation:SecretRotation": _part_of("secretId"),
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _part_of("arn"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _security_group_rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _security_group_rule,
}
