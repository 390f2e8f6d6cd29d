"""Keep each text of many results once: stacks that must be alike say the same names and values."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

Result = TypeVar("Result")


class SharedTexts:
    """The texts that were seen; what comes from another process has its own copy of each."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def shared(self, result: Result) -> Result:
        """Return an equal result, whose texts are those that were seen before."""
        shared: Result = self._shared(result)
        return shared

    def _shared(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._seen.setdefault(value, value)
        if isinstance(value, dict):
            return {self._shared(key): self._shared(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._shared(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self._shared(item) for item in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{field.name: self._shared(getattr(value, field.name)) for field in fields(value)})
        return value
