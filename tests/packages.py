"""Which packages a lock holds, and which a module imports."""

import ast
import re
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name


def locked(lock: Path) -> dict[NormalizedName, str]:
    """Return the version of each distribution of the lock."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def imported(path: Path) -> set[str]:
    """Return the top-level packages that the module imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    of = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.partition(".")[0] for name in plain | of}
