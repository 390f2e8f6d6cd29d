"""Pulumi's values on the wire, and plain ones: structs, secrets, assets and what isn't known yet."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from program.manifest.normalise import whole

# sdk/go/common/resource/sig: the key that marks a special value, and the value that says it is a secret.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
# In a preview, in place of what is known only after the deployment.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
DEFAULTS = "__defaults"


def plain(struct: Struct) -> dict[str, Any]:
    """Return the struct as plain data with whole numbers; secrets keep their marks."""
    return dict(_wholes(json_format.MessageToDict(struct)))


def to_struct(value: dict[str, Any]) -> Struct:
    """Return plain data as a struct."""
    struct = Struct()
    struct.update(value)
    return struct


def revealed(value: Any) -> Any:
    """Return the value without marks of secrets."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return revealed(value["value"])
        return {key: revealed(item) for key, item in value.items()}
    return [revealed(item) for item in value] if isinstance(value, list) else value


def concealed(value: Any, like: Any) -> Any:
    """Return the value with the mark of a secret wherever the other value has one at the same place."""
    if isinstance(like, dict):
        if like.get(SIGNATURE) == SECRET:
            return {SIGNATURE: SECRET, "value": value}
        if isinstance(value, dict):
            return {key: concealed(item, like.get(key)) for key, item in value.items()}
    if isinstance(like, list) and isinstance(value, list):
        padded = [*like, *[None] * len(value)]
        return [concealed(item, other) for item, other in zip(value, padded, strict=False)]
    return value


def is_asset(value: Any) -> bool:
    """Tell whether the value is a file or an archive."""
    return isinstance(value, dict) and SIGNATURE in value and value[SIGNATURE] != SECRET


def has_unknown(value: Any) -> bool:
    """Tell whether any part of the value is not known yet."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def _wholes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _wholes(item) for key, item in value.items()}
    return [_wholes(item) for item in value] if isinstance(value, list) else whole(value)
