"""What every program does around its resources: read what is asked for, or refuse it, and export what it made."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

import pulumi
from pulumi.runtime.config import CONFIG

from policies.limits import Limits, limits
from program.errors import SettingsError
from program.project.settings import ProjectSettings

Asked = TypeVar("Asked", bound=ProjectSettings)


class SettingsRefused(pulumi.RunError):
    """What stops the program, with a line for each thing that is wrong with its settings.

    Pulumi prints a RunError's text and no traceback.
    """

    def __init__(self, error: SettingsError) -> None:
        super().__init__(f"settings of stack {pulumi.get_stack()}:\n{error}")
        self.problems = error.problems


def asked_for(kind: type[Asked], validate: Callable[[Asked, Limits], None]) -> Asked:
    """Return the stack's settings from Pulumi's config; raise SettingsError where they can't be or may not."""
    settings = kind.parse(CONFIG.get(), os.environ)
    validate(settings, limits())
    return settings


def export(outputs: Mapping[str, pulumi.Input[object]]) -> None:
    """Export the stack's outputs."""
    for output, value in outputs.items():
        pulumi.export(output, value)
