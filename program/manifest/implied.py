"""What follows from a declared setting is the setting's difference, and none of its own."""

from __future__ import annotations

from policies.limits import Limits
from policies.naming import prefixed
from program.manifest.canonical import JsonObject, JsonValue

# Stands for a value that dataProtection sets, where the resource has the very value of its stack's mode.
DATA_PROTECTION = "${dataProtection}"
# Where the configuration has the prefix of physical names.
NAME_PREFIX = "namePrefix"


def with_implied(resource_type: str, inputs: JsonObject, configuration: JsonValue, limits: Limits) -> JsonObject:
    """Return the normalised inputs with a placeholder for each value that the stack's dataProtection sets.

    What isn't as the mode has it stays as it is, and is found as any difference.
    """
    mode = configuration.get("dataProtection") if isinstance(configuration, dict) else None
    if mode not in ("ephemeral", "protected"):
        return inputs
    prefix = str(configuration.get(NAME_PREFIX, "")) if isinstance(configuration, dict) else ""
    implied = [item for item in limits.data_protection_implies.properties if item.type == resource_type]
    values = {
        item.property: _named(item.value("protected" if mode == "protected" else "ephemeral", limits.common), prefix)
        for item in implied
    }
    followed = {name: DATA_PROTECTION for name, value in values.items() if _same(inputs.get(name), value)}
    return inputs | followed


def _named(value: JsonValue, prefix: str) -> JsonValue:
    return prefixed(value, prefix) if isinstance(value, str) else value


def _same(found: JsonValue, value: JsonValue) -> bool:
    # 1 and True are equal in Python and not in JSON.
    return (type(found), found) == (type(value), value)
