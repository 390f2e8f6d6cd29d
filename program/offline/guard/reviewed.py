"""The head's reviewed files as the base's code can use them, and what is wrong with them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from policies.drift_ignores import Ignores, ignore_problems
from policies.drift_noise import NoiseFile
from policies.exemptions import Exemptions
from policies.known.models import KnownFile
from policies.known.tables import OTHERS
from policies.limits import Limits
from policies.schema import StrictModel, describe
from policies.strict_yaml import KeyPath, YamlError, read
from program.offline.guard.changes import EXEMPTIONS, IGNORES, NOISE
from program.offline.guard.known_changes import KNOWN_FOLDER
from program.offline.guard.limit_changes import LIMITS

_Model = TypeVar("_Model", bound=StrictModel)


@dataclass(frozen=True, slots=True, order=True)
class ReviewedProblem:
    """One thing that is wrong with a reviewed file of the head, at its line where one is known."""

    file: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The head's limits without what the base's code doesn't know; None where they can't be used at all."""

    limits: Limits | None
    problems: tuple[ReviewedProblem, ...]


def read_reviewed(folder: Path, today: datetime.date) -> Reviewed:
    """Read the reviewed files of the head from the folder that its data were written to.

    The limits and what is known are written anew there, as the base's pack can read them.
    """
    limits, problems = _lenient(Limits, folder, LIMITS)
    if limits is not None:
        _rewritten(Limits, folder, LIMITS)
    _, of_exemptions = _lenient(Exemptions, folder, EXEMPTIONS)
    for file in sorted((folder / KNOWN_FOLDER).rglob("*.yaml")):
        name = file.relative_to(folder).as_posix()
        problems = (*problems, *_rewritten(OTHERS.get(file.stem, KnownFile), folder, name))
    ignores, of_ignores = _lenient(Ignores, folder, IGNORES)
    _, of_noise = _lenient(NoiseFile, folder, NOISE) if (folder / NOISE).exists() else (None, ())
    problems = (*problems, *of_exemptions, *of_ignores, *of_noise)
    if ignores is not None and limits is not None:
        found = ignore_problems(ignores.ignores, limits, today)
        problems = (*problems, *(ReviewedProblem(IGNORES, None, message) for message in found))
    return Reviewed(limits=limits, problems=tuple(sorted(problems, key=lambda each: (each.file, each.line or 0))))


def _lenient(model: type[_Model], folder: Path, file: str) -> tuple[_Model | None, tuple[ReviewedProblem, ...]]:
    """Read the file as the model, keys that the model doesn't know left aside: a newer head may have more of them."""
    try:
        document = read(folder / file)
    except YamlError as problem:
        return None, (ReviewedProblem(file, problem.line, problem.message),)
    try:
        return model.model_validate(_known(model, document.data)), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, tuple(
            ReviewedProblem(file, document.line(_path(detail["loc"])), describe(detail, model)) for detail in details
        )


def _rewritten(model: type[StrictModel], folder: Path, file: str) -> tuple[ReviewedProblem, ...]:
    """Write the file anew as the base's code can read it; one that it can't use stays, with its problems."""
    found, problems = _lenient(model, folder, file)
    if found is not None:
        data = _known(model, read(folder / file).data)
        (folder / file).write_text(json.dumps(data, indent=1), encoding="utf-8")
    return problems


def _known(model: type[StrictModel], data: Any) -> Any:
    """Return the data without the keys that the model doesn't know."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        unknown = [detail["loc"] for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"]
        for path in unknown:
            data = _without(data, path)
        return data
    return data


def _without(data: Any, path: Sequence[str | int]) -> Any:
    """Return the data without what stands at the path."""
    first, *rest = path
    if isinstance(data, dict) and not rest:
        return {key: item for key, item in data.items() if key != first}
    if isinstance(data, dict):
        return {key: _without(item, rest) if key == first else item for key, item in data.items()}
    assert isinstance(data, list)
    return [_without(item, rest) if index == first else item for index, item in enumerate(data)]


def _path(location: KeyPath) -> KeyPath:
    return tuple(part for part in location if part != "[key]")
