"""The definition of one setting: what it is about, what is allowed, its default, and its place in the manifest."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

_ABOUT, _PLACE = "about", "place"


def setting(
    default: Any = ..., *, about: str, allowed: str, place: str = "", not_compared: str = "", **constraints: Any
) -> Any:
    """Return a setting's field.

    `about` describes it, `allowed` says in the words of an error message what it takes. `place` is its path in the
    manifest's configuration, which stacks are compared by; what has none says why it is `not_compared`.
    """
    if bool(place) == bool(not_compared):
        raise TypeError("a setting has a place in the manifest, or the reason why it is not compared")
    extra: JsonDict = {_ABOUT: about, _PLACE: place}
    return Field(default, description=allowed, json_schema_extra=extra, validate_default=True, **constraints)


def boundary_setting(limits: str) -> Any:
    """Return the field of the managed policy that limits the roles that the stack makes."""
    return setting(
        "",
        about=f"The managed policy that limits {limits}. Empty for the one that the foundation makes.",
        allowed="a managed policy's ARN: arn:aws:iam::<account>:policy/<name>",
        not_compared="each account has its own",
    )


def about_of(field: FieldInfo) -> str:
    """Return what the setting is about."""
    return _extra(field, _ABOUT)


def place_of(field: FieldInfo) -> str:
    """Return the setting's path in the manifest's configuration, empty where it isn't compared."""
    return _extra(field, _PLACE)


def _extra(field: FieldInfo, key: str) -> str:
    extra = field.json_schema_extra
    return str(extra[key]) if isinstance(extra, dict) else ""
