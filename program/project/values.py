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
REGION = r"^[a-z]{2}(-[a-z]+)+-\d$"
StackName = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+/[\w.-]+$")]
Cidr = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$")]
PolicyArn = Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:policy/[\w+=,.@/-]+$")]
