"""The projects that are recorded, compared and judged: what reads their stack files, and the program of each.

Run as a module, it writes the block of configuration of every Pulumi.yaml anew, as `make docs` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from policies.limits import Limits
from program.foundation.settings import Settings as FoundationSettings
from program.foundation.validation import validate as validate_foundation
from program.network.settings import Settings as NetworkSettings
from program.network.validation import validate as validate_network
from program.project import declaration
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE, Project
from program.project.limits import unknown_limits
from program.project.settings import ProjectSettings
from program.service.settings import Settings
from program.service.validation import validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A project's settings, what refuses them, and the module whose `deploy` is its program."""

    settings: type[ProjectSettings]
    validate: Callable[[Any, Limits], None]
    module: str

    @property
    def deploy(self) -> Callable[[], None]:
        """Return the program; it is imported here alone, as what judges must never have it."""
        found: Callable[[], None] = import_module(self.module).deploy
        return found


KINDS: dict[Project, Kind] = {
    SERVICE: Kind(settings=Settings, validate=validate, module="program.service.stack"),
    NETWORK: Kind(settings=NetworkSettings, validate=validate_network, module="program.network.stack"),
    FOUNDATION: Kind(settings=FoundationSettings, validate=validate_foundation, module="program.foundation.stack"),
}


def strays(limits: Limits, root: Path = ROOT) -> Iterator[str]:
    """Yield in one line each what doesn't fit the settings: a Pulumi.yaml, or a limit that limits nothing."""
    kinds = [kind.settings for kind in KINDS.values()]
    for kind in kinds:
        if (root / kind.project.file).exists() or kind.project is SERVICE:
            found = declaration.stray(kind, root)
            if found is not None:
                yield found
    yield from unknown_limits(limits, kinds)


def secret_keys() -> frozenset[str]:
    """Return the config keys of any project that a stack file may keep encrypted."""
    return frozenset(key for kind in KINDS.values() for key in kind.settings.secret_keys())


if __name__ == "__main__":
    for each in KINDS.values():
        declaration.write(each.settings)
