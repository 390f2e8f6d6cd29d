"""The example as it was: what a service changes is kept in tests/example, which the product's own tests run on."""

from __future__ import annotations

import shutil
from pathlib import Path

from program.project.definition import stack_file
from program.project.stackfile import stack_names

EXAMPLE = "tests/example"
_MOST_NAMED = 3
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
# Its stacks: the product's tests know them by name, and no other one.
STACKS = (
    *("dev", "prod", "staging"),
    *("network/dev", "network/prod", "network/staging"),
    "foundation/main",
)
# What no copy takes along.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")


def freeze(root: Path) -> bool:
    """Keep the example in tests/example, whole or not at all; tell whether that was still to do.

    A stack that somebody has added already is none of the example's.
    """
    folder = root / EXAMPLE
    if folder.is_dir():
        return False
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in SERVICE:
        copy(root / name, unfinished / name)
    for name in _added(root):
        (unfinished / stack_file(name)).unlink()
    unfinished.replace(folder)
    return True


def no_example(root: Path) -> str | None:
    """Say in one line why the product's tests can't run at the root; None where they can.

    It is no longer the example that they know, and none is kept.
    """
    if (root / EXAMPLE).is_dir():
        return None
    here = stack_names(root)
    gone = [name for name in STACKS if name not in here]
    moved = [f"{stack_file(name)} is added" for name in _added(root)] + [f"{stack_file(name)} is gone" for name in gone]
    if not moved:
        return None
    return (
        f"the product's tests know the example's stacks alone, and {', '.join(moved[:_MOST_NAMED])}; ./parity init "
        f"comes first: it keeps the example for them (.github/ADOPTING.md)"
    )


def _added(root: Path) -> list[str]:
    return [name for name in stack_names(root) if name not in STACKS]


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
