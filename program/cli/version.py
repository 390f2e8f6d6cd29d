"""Which version this is: its number, its commit, and what it runs on."""

from __future__ import annotations

import platform
from importlib.metadata import version

from program.engine.bundles.revision import commit_of
from program.project.definition import ROOT

VERSION = "0.1.0"
_COMMIT = 10


def version_line() -> str:
    """Return the version in one line; without git, or outside of a clone, it names no commit."""
    commit = commit_of(ROOT)
    at = f" ({commit[:_COMMIT]})" if commit else ""
    packages = ", ".join(f"{name} {version(name)}" for name in ("pulumi", "pulumi-aws", "pulumi-policy"))
    return f"parity {VERSION}{at}, Python {platform.python_version()}, {packages}"
