"""Which Python runs a program or a policy pack, and what its environment says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pulumi.runtime.proto import language_pb2


def python_of(info: language_pb2.ProgramInfo) -> str:
    """Return the interpreter of the virtual environment that the project file names; without one, this one's."""
    return str(_virtualenv(info) / "bin" / "python")


def environment_of(info: language_pb2.ProgramInfo) -> dict[str, str]:
    """Return this process's environment with the virtual environment in it, as `activate` would."""
    folder = _virtualenv(info)
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
    return kept | {"VIRTUAL_ENV": str(folder), "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _virtualenv(info: language_pb2.ProgramInfo) -> Path:
    return Path(info.root_directory) / str(dict(info.options).get("virtualenv", sys.prefix))
