"""Make recorded inputs fit to be shown: no secret, no path of this machine."""

from __future__ import annotations

from program.canonical import JsonObject, JsonValue
from program.normalise import marked, whole


def redacted(inputs: JsonObject) -> JsonObject:
    """Return the inputs with a marker in the place of every secret and asset, and whole numbers as such."""
    return {key: _value(value) for key, value in sorted(inputs.items())}


def _value(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return marked(value) or redacted(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    return whole(value)
