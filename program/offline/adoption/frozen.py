"""The example as it was: what a service changes is kept in tests/example, which the product's own tests run on."""

from __future__ import annotations

import shutil
from pathlib import Path

EXAMPLE = "tests/example"
# What a service makes its own. All else is the product, which has no copy.
SERVICE = (
    ".github/ADOPTING.md",
    ".github/CODEOWNERS",
    ".github/OPERATING.md",
    ".github/RUNBOOKS.md",
    ".github/SETTING-UP.md",
    ".github/pictures",
    ".github/review-stack.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Pulumi.yaml",
    "README.md",
    "lambda",
    "policies",
    "program/foundation/Pulumi.yaml",
    # What the rights are derived from, written anew from the programs.
    "program/foundation/rights/network.yaml",
    "program/foundation/rights/service.yaml",
    "program/network",
    # What stands before the service in every physical name.
    "program/project/naming.py",
    "program/service",
    "stacks",
)
# What no copy takes along.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")


def freeze(root: Path) -> bool:
    """Keep the example in tests/example, whole or not at all; tell whether that was still to do."""
    folder = root / EXAMPLE
    if folder.is_dir():
        return False
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in SERVICE:
        copy(root / name, unfinished / name)
    unfinished.replace(folder)
    return True


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder in place of what is there; what doesn't exist leaves nothing there."""
    if target.is_dir():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    elif source.exists():
        shutil.copy2(source, target)
    else:
        target.unlink(missing_ok=True)
