"""JSON that is the same bytes for the same data (RFC 8785), and its SHA-256."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import rfc8785
from pydantic import JsonValue

__all__ = ("JsonObject", "JsonValue", "canonical", "digest")

JsonObject: TypeAlias = dict[str, JsonValue]


def canonical(value: JsonValue) -> bytes:
    """Return the value as canonical JSON."""
    return rfc8785.dumps(value)


def digest(value: JsonValue) -> str:
    """Return the SHA-256 of the value's canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
