"""What is there in the account when a call arrives: the cloud's file, and the network that the stack stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies import tokens
from program.offline.simulation import Cloud, network_outputs
from tests.engine.cloud_file import Contents, Interface
from tests.engine.refusals.quotas import QUOTAS

Properties = Mapping[str, Any]


class Account:
    """One account's region; `network` is a cloud whose networking stack made a VPC that no file lists."""

    def __init__(self, contents: Contents, cloud: Cloud, network: Cloud) -> None:
        self.cloud = cloud
        self.contents = contents
        self._network = network_outputs(network)

    def all(self, type_: str) -> Iterator[tuple[str, Properties]]:
        """Yield id and properties of each resource of the type, whatever stack made it."""
        for id_, existing in self.contents.resources.get(type_, {}).items():
            yield id_, existing.properties

    def find(self, type_: str, key: str, value: str) -> Properties | None:
        """Return the resource of the type that has the value, None when none has it."""
        return next((properties for _, properties in self.all(type_) if properties.get(key) == value), None)

    def interfaces(self, group: str) -> list[Interface]:
        """Return the network interfaces of functions that are in the security group."""
        return [interface for interface in self.contents.interfaces.values() if group in interface.groups]

    def quota(self, name: str) -> int:
        """Return how much of it the account may have."""
        return self.contents.quotas.get(name, QUOTAS[name])

    def zone_of(self, subnet: str) -> str | None:
        """Return the availability zone of a subnet, None for one that isn't there."""
        for id_, made in self.all(tokens.SUBNET):
            if id_ == subnet:
                return str(made["availabilityZone"])
        zones = [str(zone) for zone in self._network["availabilityZones"]]
        pairs = [*zip(self._network["privateSubnetIds"], zones, strict=True)]
        pairs += zip(self._network["publicSubnetIds"], zones, strict=True)
        return dict(pairs).get(subnet)

    def has_vpc(self, vpc: str) -> bool:
        """Tell whether there is the VPC."""
        return vpc == self._network["vpcId"] or any(id_ == vpc for id_, _ in self.all(tokens.VPC))

    def has_subnet(self, subnet: str) -> bool:
        """Tell whether there is the subnet."""
        return self.zone_of(subnet) is not None

    def has_group(self, group: str) -> bool:
        """Tell whether there is the security group: the network has one, for its endpoints."""
        made = any(id_ == group for id_, _ in self.all(tokens.SECURITY_GROUP))
        return made or group == self._network["endpointSecurityGroupId"]

    def has_key(self, key: str) -> bool:
        """Tell whether there is the key, by its id or ARN; one whose deletion is scheduled counts as gone."""
        return any(key in (id_, properties.get("arn")) for id_, properties in self.all(tokens.KEY))

    def has_role(self, role: str) -> bool:
        """Tell whether there is the role, by its name or ARN."""
        return any(role in (id_, properties.get("arn")) for id_, properties in self.all(tokens.ROLE))

    def has_function(self, function: str) -> bool:
        """Tell whether there is the function, by its name or ARN."""
        return any(function in (id_, properties.get("arn")) for id_, properties in self.all(tokens.FUNCTION))

    def has_secret(self, secret: str) -> bool:
        """Tell whether there is the secret, by its ARN."""
        return any(id_ == secret for id_, _ in self.all(tokens.SECRET))

    def has_topic(self, topic: str) -> bool:
        """Tell whether there is the topic, by its ARN."""
        return any(id_ == topic for id_, _ in self.all(tokens.TOPIC))

    def has_cluster(self, cluster: str) -> bool:
        """Tell whether there is the database cluster."""
        return any(id_ == cluster for id_, _ in self.all(tokens.CLUSTER))

    def has_subnet_group(self, group: str) -> bool:
        """Tell whether there is the database subnet group."""
        return any(id_ == group for id_, _ in self.all(tokens.SUBNET_GROUP))

    def family_of(self, type_: str, group: str) -> str | None:
        """Return the family of a parameter group, None for one that isn't there; AWS's own are always there."""
        if group.startswith("default."):
            return group.removeprefix("default.")
        found = self.find(type_, "name", group)
        return str(found["family"]) if found else None
