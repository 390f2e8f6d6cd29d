"""What Pulumi marks as secret: judged by its value, which no message ever shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

# The key under which a secret's value stands in place of Pulumi's own mark, which the SDK takes off.
KEPT: Final = "parity-guard:secret"
# A shorter text stands in many messages by chance, and is no secret that deserves the name.
_LEAST_LENGTH = 6
# What stands for a value that is not to be seen; the engine itself writes it for a secret that it can't decrypt.
CONCEALED: Final = "[secret]"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is marked as secret, among plain data."""

    value: Any

    def __repr__(self) -> str:
        return CONCEALED


def keep_marks(properties: Struct) -> None:
    """Change every mark of a secret into one that the SDK takes for plain data, and so hands on."""
    for value in properties.fields.values():
        _keep(value)


def _keep(value: Value) -> None:
    if value.HasField("list_value"):
        for item in value.list_value.values:
            _keep(item)
    elif value.HasField("struct_value"):
        found = value.struct_value.fields
        if SPECIAL_SIG_KEY in found and found[SPECIAL_SIG_KEY].string_value == SPECIAL_SECRET_SIG and "value" in found:
            kept = Struct()
            kept.fields[KEPT].CopyFrom(found["value"])
            value.struct_value.CopyFrom(kept)
        keep_marks(value.struct_value)


def is_marked(value: Mapping[Any, Any]) -> bool:
    """Tell whether the mapping is no data, but a secret with its kept mark."""
    return list(value) == [KEPT]


def opened(value: Any, hidden: Collection[str] = (), path: str = "") -> Any:
    """Return plain data with the value in place of each secret, but of those at the hidden paths."""
    if isinstance(value, Secret):
        return CONCEALED if path in hidden else opened(value.value)
    if isinstance(value, dict):
        return {key: opened(item, hidden, below(path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item, hidden, below(path, index)) for index, item in enumerate(value)]
    return value


def secret_paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield where secrets stand in plain data; what stands inside one is not looked at."""
    if isinstance(value, Secret):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from secret_paths(item, below(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from secret_paths(item, below(path, index))


def secret_texts(value: Any, *, inside: bool = False) -> Iterator[str]:
    """Yield every text of a secret in plain data, keys included, by which a copy of it is known elsewhere."""
    if isinstance(value, Secret):
        yield from secret_texts(value.value, inside=True)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from secret_texts(key, inside=inside)
            yield from secret_texts(item, inside=inside)
    elif isinstance(value, list):
        for item in value:
            yield from secret_texts(item, inside=inside)
    elif inside and len(text := str(value).strip()) >= _LEAST_LENGTH:
        yield text


def below(path: str, key: str | int) -> str:
    """Return the path of what stands under the key."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key
