"""What Pulumi's own SDK for AWS knows of a type: which properties it takes, and which of them AWS doesn't fill in."""

from __future__ import annotations

import importlib
import keyword
import threading
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from program.sdk.lazy_services import install

# A service whole warns of classes that are deprecated, and takes long.
install()
# The SDK imports its modules when first asked for one, which two threads can't do at once.
_IMPORTING = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """The wire names of a type's inputs; `plain` are those that stay empty when nobody sets them."""

    inputs: frozenset[str]
    plain: frozenset[str]


def properties_of(type_: str) -> Properties:
    """Return the properties of a type by its token, `aws:rds/cluster:Cluster`."""
    with _IMPORTING:
        return _properties_of(type_)


@cache
def _properties_of(type_: str) -> Properties:
    provider, module, class_name = type_.split(":")
    name = module.split("/")[0]
    # GitHub's provider has all of its classes in one module.
    path = f"pulumi_{provider}" + (
        "" if provider == "github" else f".{name}_" if keyword.iskeyword(name) else f".{name}"
    )
    package = importlib.import_module(path)
    # Where a property's type has the name already, the resource's arguments have this one.
    apart = f"{class_name}InitArgs"
    inputs = frozenset(_annotations(getattr(package, apart if apart in dir(package) else f"{class_name}Args")))
    outputs = _annotations(getattr(package, class_name))
    plain = frozenset(key for key in inputs & outputs.keys() if _is_optional(outputs[key]))
    return Properties(inputs=inputs, plain=plain)


def _annotations(class_: type) -> dict[str, Any]:
    """Return the type of each of Pulumi's properties by its wire name."""
    getters = [value.fget for value in vars(class_).values() if isinstance(value, property) and value.fget]
    return {_wire_name(getter): getter.__annotations__.get("return") for getter in getters}


def _wire_name(getter: Any) -> str:
    return str(getattr(getter, "_pulumi_name", getter.__name__))


def _is_optional(output: Any) -> bool:
    """Tell whether it is `Output[Optional[...]]`: what AWS computes is always there."""
    (value,) = get_args(output)
    return get_origin(value) in (Union, UnionType) and type(None) in get_args(value)
