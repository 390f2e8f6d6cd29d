"""The settings that a stack file asks for, or everything that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from policies.limits import Limits
from program.errors import Problem, SettingsError
from program.project.settings import ProjectSettings
from program.project.stackfile import StackFile

Kind = TypeVar("Kind", bound=ProjectSettings)


def read_settings(
    file: StackFile, kind: type[Kind], validation: Callable[[Kind, Limits], None], limits: Limits
) -> Kind:
    """Return the settings of the stack's file; raise SettingsError with every problem that keeps it from having any."""
    if problems := [*file.problems, *_encrypted(file, kind.secret_keys())]:
        raise SettingsError(problems)
    found = kind.parse(file.config, os.environ)
    validation(found, limits)
    return found


def _encrypted(file: StackFile, allowed: Collection[str]) -> Iterator[Problem]:
    for key in file.encrypted:
        if key not in allowed:
            may = f"only {', '.join(sorted(allowed))} may be" if allowed else "nothing of this project may be"
            yield Problem(key, f"{key} is encrypted; {may}, as all others are compared")
