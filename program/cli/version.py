"""Which version this is: its number, its commit, and what it runs on."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version

from program.offline.stackfile import ROOT

VERSION = "0.1.0"


def version_line() -> str:
    """Return the version in one line; without git, or outside of a clone, it names no commit."""
    commit = _commit()
    at = f" ({commit})" if commit else ""
    packages = ", ".join(f"{name} {version(name)}" for name in ("pulumi", "pulumi-aws", "pulumi-policy"))
    return f"parity {VERSION}{at}, Python {platform.python_version()}, {packages}"


def _commit() -> str | None:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None
