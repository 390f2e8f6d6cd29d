"""The network that a stack stands in: another stack's outputs, or the ids that its configuration gives."""

from __future__ import annotations

import json
from typing import Any

from policies import tokens
from policies.context import Context
from policies.view import UNKNOWN, Resource, StackView

# The outputs of a networking stack, which are keys of the configuration too.
OUTPUTS = ("vpcId", "vpcCidr", "privateSubnetIds", "publicSubnetIds", "availabilityZones", "endpointSecurityGroupId")
# Where HTTPS may go: the network's own range, or anywhere by a NAT gateway.
WAY_OUT = "httpsCidr"
_EVERYWHERE = "0.0.0.0/0"


def network_values(output: str, stack: StackView, context: Context) -> list[Any] | None:
    """Return every value of the network's output; None where nobody knows them before the deployment."""
    if output == WAY_OUT:
        ranges = network_values("vpcCidr", stack, context)
        return [_EVERYWHERE] if context.stack.get("egress") == "nat" else ranges
    references = list(stack.of(tokens.STACK_REFERENCE))
    if not references and (given := given_values(output, context)):
        return given
    values = [outputs.get(output) for item in references if isinstance(outputs := item.peek("outputs"), dict)]
    if not values or UNKNOWN in values:
        return None
    return [item for value in values for item in (value if isinstance(value, list) else [value]) if item is not None]


def comes_from_reference(resource: Resource, prop: str) -> bool:
    """Tell whether the property's value comes from another stack's outputs."""
    return any(f"::{tokens.STACK_REFERENCE}::" in urn for urn in resource.depends_by(prop))


def given_values(output: str, context: Context) -> list[Any]:
    """Return every value that the stack's configuration gives for the output."""
    text = context.stack.get(output) or "[]"
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    return value if isinstance(value, list) else [text]
