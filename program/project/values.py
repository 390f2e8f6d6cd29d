"""Types of values that settings of several projects have: a stack file holds text, and arrays as JSON."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BeforeValidator, Field


def _decoded(value: object) -> object:
    """Decode an array, which Pulumi hands over as JSON text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def _absent_when_empty(value: object) -> object:
    return None if value == "" else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_decoded)]
OrAbsent = BeforeValidator(_absent_when_empty)
REGION = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
StackName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")]
Cidr = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$")]
PolicyArn = Annotated[str, Field(pattern=r"^arn:aws:iam::[0-9]{12}:policy/[A-Za-z0-9_+=,.@/-]+$")]
