"""Import and read once what every worker needs, before it is forked."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module

from policies.known.tables import known_calls
from policies.limits import limits
from program.offline.projects import KINDS
from program.project.definition import Project
from program.project.importing import importing
from program.sdk.lazy_services import install, load_used


@cache
def preload(project: Project) -> None:
    """Import what the project's program uses of the provider's SDK, and read what judges it; once a process."""
    # Before a program imports the provider's SDK.
    install()
    module = KINDS[project].module
    package = module.rpartition(".")[0]
    with importing():
        import_module(module)
        load_used([found for name, found in sorted(sys.modules.items()) if name.startswith(f"{package}.")])
        read_tables()


def read_tables() -> None:
    """Read what every stack is judged by; a file that can't be used is told here, once."""
    limits()
    known_calls()
