"""What a registration asks of the engine beside its inputs: every option that is set, also those nobody thought of."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from pulumi.runtime.proto import resource_pb2

from program.manifest.canonical import JsonObject, JsonValue

# What says what the resource is, and what the SDK and the engine agree on. All else is an option.
_NO_OPTIONS = frozenset(
    {
        "acceptResources",
        "acceptSecrets",
        "accepts_byte_string",
        "aliasSpecs",
        "custom",
        "deleteBeforeReplaceDefined",
        "dependencies",
        "ignoreChanges",
        "name",
        "object",
        "parent",
        "parentStackTraceHandle",
        "propertyDependencies",
        "protect",
        "provider",
        "remote",
        "sourcePosition",
        "stackTrace",
        "supportsPartialValues",
        "supportsResultReporting",
        "type",
    }
)
_NAMES = {"aliasURNs": "aliases", "importId": "import"}


def options_of(request: resource_pb2.RegisterResourceRequest) -> JsonObject:
    """Return every option that is set but protect and ignoreChanges, which the engine tells to policies by itself."""
    found: JsonObject = {}
    for field, value in request.ListFields():
        if field.name in _NO_OPTIONS or (field.name == "version" and value == _installed(request.type)):
            continue
        plain: JsonValue = json_format.MessageToDict(value) if isinstance(value, Message) else _plain(value)
        if plain:
            found[_NAMES.get(field.name, field.name)] = plain
    return found


def _plain(value: Any) -> JsonValue:
    if isinstance(value, str | bool | int | float):
        return value
    if hasattr(value, "items"):
        return {str(key): str(item) for key, item in value.items()}
    return [json_format.MessageToDict(item) if isinstance(item, Message) else str(item) for item in value]


def _installed(type_: str) -> str | None:
    """Return the version of the SDK that has the type, which every resource of it carries."""
    try:
        return version(f"pulumi-{type_.partition(':')[0]}")
    except PackageNotFoundError:
        return None
