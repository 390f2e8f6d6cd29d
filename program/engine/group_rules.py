"""One rule of a security group, however it is told: as a resource, among the group's outputs, to AWS's CLI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from program.manifest.canonical import JsonObject, JsonValue

_EVERY_PROTOCOL = "-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peer:
    """A kind of what a rule lets in from or out to: its names in a rule resource, and for the CLI."""

    resource: str
    cli: str


# By the name in the group's outputs.
_PEERS: Mapping[str, _Peer] = {
    "cidrBlocks": _Peer(resource="cidrIpv4", cli="IpRanges=[{{CidrIp={}}}]"),
    "ipv6CidrBlocks": _Peer(resource="cidrIpv6", cli="Ipv6Ranges=[{{CidrIpv6={}}}]"),
    "prefixListIds": _Peer(resource="prefixListId", cli="PrefixListIds=[{{PrefixListId={}}}]"),
    "securityGroups": _Peer(resource="referencedSecurityGroupId", cli="UserIdGroupPairs=[{{GroupId={}}}]"),
}


@dataclass(frozen=True, slots=True, order=True)
class GroupRule:
    """A protocol (`-1` is every one), its ports, and one peer by its kind."""

    protocol: str
    first: int
    last: int
    kind: str
    peer: str

    def __str__(self) -> str:
        if self.protocol == _EVERY_PROTOCOL:
            return f"all {self.peer}"
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.protocol} {ports} {self.peer}"

    @property
    def block(self) -> JsonObject:
        """Return the rule as the group's outputs have it."""
        return {"protocol": self.protocol, "fromPort": self.first, "toPort": self.last, self.kind: [self.peer]}

    @property
    def permission(self) -> str:
        """Return the rule as `aws ec2` takes it."""
        ports = "" if self.protocol == _EVERY_PROTOCOL else f"FromPort={self.first},ToPort={self.last},"
        return f"IpProtocol={self.protocol},{ports}{_PEERS[self.kind].cli.format(self.peer)}"


def declared_rule(inputs: JsonObject) -> GroupRule | None:
    """Return the rule that a resource is, None where nothing says from or to where."""
    for kind, names in _PEERS.items():
        if inputs.get(names.resource):
            return _rule(str(inputs.get("ipProtocol")), inputs, kind, str(inputs[names.resource]))
    return None


def told_rules(blocks: JsonValue, group: str) -> Iterator[GroupRule]:
    """Yield each rule of a group's outputs, in which rules of one protocol and port stand together."""
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, dict):
            protocol = str(block.get("protocol"))
            for kind in _PEERS:
                values = block.get(kind)
                peers = values if isinstance(values, list) else ()
                yield from (_rule(protocol, block, kind, str(peer)) for peer in peers)
            if block.get("self"):
                yield _rule(protocol, block, "securityGroups", group)


def _rule(protocol: str, ports: JsonObject, kind: str, peer: str) -> GroupRule:
    # Where every protocol is let through, ports say nothing.
    every = protocol == _EVERY_PROTOCOL
    first, last = (0 if every else _port(ports, name) for name in ("fromPort", "toPort"))
    # Of a group in another account, AWS tells the account too.
    return GroupRule(protocol, first, last, kind, peer.rpartition("/")[2] if kind == "securityGroups" else peer)


def _port(rule: JsonObject, name: str) -> int:
    value = rule.get(name)
    return int(value) if isinstance(value, int | float) else 0
