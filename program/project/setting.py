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

from policies.schema import suggest
from program.project.definition import ROOT, place_in

_ABOUT, _PLACE, _NOT_COMPARED = "about", "place", "notCompared"
# What was given and says nothing: how many values without a name, and the names that mean nothing.
_UNNAMED, _UNKNOWN = "unnamed", "unknown"
# What pydantic takes of a field, but for what `setting` sets itself.
_KNOWN = inspect.signature(Field).parameters.keys() - {"default", "description", "extra", "json_schema_extra"}
_NAMED = (_ABOUT, "allowed", _PLACE, "not_compared")
_IN_WORDS = 'about="Tries of an order.", allowed="1 to 10"'
_ONE_OF_THEM = (
    'give setting(...) one of them: place="queue.tries", by which stacks are compared, or not_compared="each copy has '
    'its own"'
)


def setting(
    default: Any = ...,
    *unnamed: object,
    about: str = "",
    allowed: str = "",
    place: str = "",
    not_compared: str = "",
    **constraints: Any,
) -> Any:
    """Return a setting's field.

    `about` describes it, `allowed` says in the words of an error message what it takes. `place` is its path in the
    manifest's configuration, which stacks are compared by; what has none says why it is `not_compared`. The class that
    the field stands in refuses one that lacks one of these, or has what is none: it knows the name.
    """
    unknown = [name for name in constraints if name not in _KNOWN]
    extra: JsonDict = {
        _ABOUT: about,
        _PLACE: place,
        _NOT_COMPARED: not_compared,
        _UNNAMED: len(unnamed),
        _UNKNOWN: [*unknown],
    }
    kept = {name: value for name, value in constraints.items() if name in _KNOWN}
    return Field(default, description=allowed, json_schema_extra=extra, validate_default=True, **kept)


def boundary_setting(limits: str) -> Any:
    """Return the field of the managed policy that limits the roles that the stack makes."""
    return setting(
        "",
        about=f"The managed policy that limits {limits}. Empty for the one that the foundation makes.",
        allowed="a managed policy's ARN: arn:aws:iam::<account>:policy/<name>",
        not_compared="each account has its own",
    )


def unclear(model: type[BaseModel]) -> Iterator[str]:
    """Yield in one line each what the settings don't say of themselves, or say in words that mean nothing."""
    for name, field in model.model_fields.items():
        yield from (f"{_line_of(model, name)}: {name} {said}" for said in (*_wordless(field), *_misplaced(field)))


def _wordless(field: FieldInfo) -> Iterator[str]:
    if not isinstance(field.json_schema_extra, dict):
        return
    if field.json_schema_extra.get(_UNNAMED):
        yield f"has a value without a name after its default; name each: setting(3, {_IN_WORDS})"
    unknown = field.json_schema_extra.get(_UNKNOWN)
    for given in unknown if isinstance(unknown, list) else ():
        yield f"has {given!r}, which no setting has{suggest(str(given), [*_NAMED, *_KNOWN])}"
    if missing := [word for word, said in ((_ABOUT, about_of(field)), ("allowed", field.description)) if not said]:
        yield f"has no {' and no '.join(missing)}; give setting(...) both: {_IN_WORDS}"


def _misplaced(field: FieldInfo) -> Iterator[str]:
    given = bool(place_of(field)), bool(_extra(field, _NOT_COMPARED))
    if given == (True, True):
        yield f"has a place in the manifest and a reason for none; {_ONE_OF_THEM}"
    if given == (False, False):
        yield f"has no place in the manifest and no reason why; {_ONE_OF_THEM}"


def _line_of(model: type[BaseModel], name: str) -> str:
    """Return the file and line of a field, in the class that it is inherited from."""
    owner = next(kind for kind in model.__mro__ if name in inspect.get_annotations(kind))
    path = Path(inspect.getfile(owner))
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if re.match(rf"\s+{name}\s*:", text))
    return f"{place_in(ROOT, path)}:{line}"


def about_of(field: FieldInfo) -> str:
    """Return what the setting is about."""
    return _extra(field, _ABOUT)


def place_of(field: FieldInfo) -> str:
    """Return the setting's path in the manifest's configuration, empty where it isn't compared."""
    return _extra(field, _PLACE)


def _extra(field: FieldInfo, key: str) -> str:
    extra = field.json_schema_extra
    return str(extra[key]) if isinstance(extra, dict) else ""
