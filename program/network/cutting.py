"""How a VPC's range is cut into subnets: the same way for every size, so that stacks can be compared."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

ZONES = 3
# Each zone's private subnet has a quarter of the VPC; the fourth quarter is cut again in four for the public ones, and
# one sixteenth of the VPC is left.
_QUARTER = 2
# AWS makes VPCs of these sizes, and no subnet smaller than the least: a public one must be that large.
WIDEST, _LEAST_SUBNET = 16, 28
NARROWEST = _LEAST_SUBNET - 2 * _QUARTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """The subnets' ranges, one of each kind for each zone."""

    private: tuple[str, ...]
    public: tuple[str, ...]


def cut(vpc_cidr: str) -> Ranges:
    """Cut an IPv4 range of a prefix from WIDEST to NARROWEST; raise ValueError for any other text."""
    vpc = ipaddress.IPv4Network(vpc_cidr)
    if not WIDEST <= vpc.prefixlen <= NARROWEST:
        raise ValueError(f"{vpc_cidr} is not from /{WIDEST} to /{NARROWEST}")
    *private, last = vpc.subnets(prefixlen_diff=_QUARTER)
    public = list(last.subnets(prefixlen_diff=_QUARTER))[:ZONES]
    return Ranges(private=tuple(map(str, private)), public=tuple(map(str, public)))
