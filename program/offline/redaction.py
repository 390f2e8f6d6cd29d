"""Make recorded inputs fit to be shown: no secret, no path of this machine."""

from __future__ import annotations

from collections.abc import Mapping

from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.normalise import SECRET, UNKNOWN, marked, whole

# In place of a value that is a secret on another side.
NOT_SHOWN = "${not shown}"


def redacted(inputs: JsonObject) -> JsonObject:
    """Return the inputs with a marker in place of every secret and asset, and whole numbers as such."""
    return {key: _value(value) for key, value in sorted(inputs.items())}


def beside_secrets(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return one property's values by side; where it is a secret on one side, no side shows what it has.

    A value that was plain when it was deployed, and is encrypted since, is most likely the same.
    """
    if SECRET not in values.values():
        return dict(values)
    return {side: value if value in (SECRET, UNKNOWN, None) else NOT_SHOWN for side, value in values.items()}


def _value(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return marked(value) or redacted(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    return whole(value)
