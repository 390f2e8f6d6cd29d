"""The definition of one setting: what it is about, what is allowed, its default, and its place in the manifest."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

from program.project.definition import ROOT

_ABOUT, _PLACE, _NOT_COMPARED = "about", "place", "notCompared"
_ONE_OF_THEM = (
    'give setting(...) one of them: place="queue.tries", by which stacks are compared, or not_compared="each copy has '
    'its own"'
)


def setting(
    default: Any = ..., *, about: str, allowed: str, place: str = "", not_compared: str = "", **constraints: Any
) -> Any:
    """Return a setting's field.

    `about` describes it, `allowed` says in the words of an error message what it takes. `place` is its path in the
    manifest's configuration, which stacks are compared by; what has none says why it is `not_compared`. The class that
    the field stands in refuses one that has neither, or both: it knows the name.
    """
    extra: JsonDict = {_ABOUT: about, _PLACE: place, _NOT_COMPARED: not_compared}
    return Field(default, description=allowed, json_schema_extra=extra, validate_default=True, **constraints)


def boundary_setting(limits: str) -> Any:
    """Return the field of the managed policy that limits the roles that the stack makes."""
    return setting(
        "",
        about=f"The managed policy that limits {limits}. Empty for the one that the foundation makes.",
        allowed="a managed policy's ARN: arn:aws:iam::<account>:policy/<name>",
        not_compared="each account has its own",
    )


def misplaced(model: type[BaseModel]) -> Iterator[str]:
    """Yield in one line each the settings of which it isn't clear whether stacks are compared by them."""
    for name, field in model.model_fields.items():
        given = bool(place_of(field)), bool(_extra(field, _NOT_COMPARED))
        if given == (True, True):
            yield f"{_line_of(model, name)}: {name} has a place in the manifest and a reason for none; {_ONE_OF_THEM}"
        if given == (False, False):
            yield f"{_line_of(model, name)}: {name} has no place in the manifest and no reason why; {_ONE_OF_THEM}"


def _line_of(model: type[BaseModel], name: str) -> str:
    """Return the file and line of a field, in the class that it is inherited from."""
    owner = next(kind for kind in model.__mro__ if name in inspect.get_annotations(kind))
    path = Path(inspect.getfile(owner))
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if re.match(rf"\s+{name}\s*:", text))
    return f"{path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name}:{line}"


def about_of(field: FieldInfo) -> str:
    """Return what the setting is about."""
    return _extra(field, _ABOUT)


def place_of(field: FieldInfo) -> str:
    """Return the setting's path in the manifest's configuration, empty where it isn't compared."""
    return _extra(field, _PLACE)


def _extra(field: FieldInfo, key: str) -> str:
    extra = field.json_schema_extra
    return str(extra[key]) if isinstance(extra, dict) else ""
