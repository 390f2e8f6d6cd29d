"""The network that the stack runs in: another stack's outputs, or a VPC that Pulumi doesn't manage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from program.service.settings import Settings
from program.service.validation import AVAILABILITY_ZONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A VPC with one private subnet per availability zone, and the way out of it to AWS's APIs."""

    vpc_id: pulumi.Output[str]
    private_subnet_ids: pulumi.Output[list[str]]
    availability_zones: pulumi.Output[list[str]]
    # Where HTTPS may go: the security group of the interface endpoints, else a range.
    endpoint_security_group_id: pulumi.Output[str | None]
    https_cidr: pulumi.Output[str | None]


def network_of(settings: Settings) -> Network:
    """Return the network that the settings name; a missing output of the other stack is one clear error."""
    values = _outputs(settings)
    endpoint = values.apply(lambda found: _text(found, "endpointSecurityGroupId", settings))
    return Network(
        vpc_id=values.apply(lambda found: _required(found, "vpcId", settings)),
        private_subnet_ids=values.apply(lambda found: _zoned(found, "privateSubnetIds", settings)),
        availability_zones=values.apply(lambda found: _zoned(found, "availabilityZones", settings)),
        endpoint_security_group_id=endpoint if settings.egress == "vpc" else pulumi.Output.from_input(None),
        https_cidr=values.apply(lambda found: _https_cidr(found, settings)),
    )


def _outputs(settings: Settings) -> pulumi.Output[Mapping[str, Any]]:
    if settings.networking_stack_ref is None:
        return pulumi.Output.from_input(
            {
                "vpcId": settings.vpc_id,
                "vpcCidr": settings.vpc_cidr,
                "privateSubnetIds": list(settings.private_subnet_ids),
                "availabilityZones": list(settings.availability_zones),
                "endpointSecurityGroupId": settings.endpoint_security_group_id,
            }
        )
    return pulumi.StackReference("networking", stack_name=settings.networking_stack_ref).outputs


def _https_cidr(found: Mapping[str, Any], settings: Settings) -> str | None:
    if settings.egress == "nat":
        return "0.0.0.0/0"
    if _text(found, "endpointSecurityGroupId", settings) is not None:
        return None
    return str(_required(found, "vpcCidr", settings, "or endpointSecurityGroupId, or set egress to nat"))


def _zoned(found: Mapping[str, Any], output: str, settings: Settings) -> list[str]:
    values = _required(found, output, settings)
    if not isinstance(values, list) or len(set(values)) != AVAILABILITY_ZONES:
        raise _refusal(settings, f"{output} is {values!r}; it must be a list of {AVAILABILITY_ZONES} different ids")
    return [str(value) for value in values]


def _text(found: Mapping[str, Any], output: str, settings: Settings) -> str | None:
    value = found.get(output)
    if value is not None and not isinstance(value, str):
        raise _refusal(settings, f"{output} is {value!r}; it must be text")
    return value


def _required(found: Mapping[str, Any], output: str, settings: Settings, otherwise: str = "") -> Any:
    if found.get(output) is None:
        known = ", ".join(sorted(found)) or "none"
        raise _refusal(
            settings,
            f"it has no output {output}; export it{' ' if otherwise else ''}{otherwise} (found: {known})",
        )
    return found[output]


def _refusal(settings: Settings, message: str) -> pulumi.RunError:
    return pulumi.RunError(f"networking stack {settings.networking_stack_ref}: {message}")
