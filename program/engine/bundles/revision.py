"""What code a deployment is made from: the commit where there is one, and a hash of the files in any case."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

# All that decides what is deployed and by which rules; relative to the project's root.
_DEPLOYED = ("Pulumi.yaml", "requirements.txt", "stacks", "program", "policies", "lambda")
_LEFT_OUT = frozenset({"__pycache__", ".venv", "node_modules"})


def commit_of(root: Path) -> str | None:
    """Return the commit that is checked out, None where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--verify", "HEAD"],  # noqa: S607
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def source_of(root: Path) -> str:
    """Return a SHA-256 of every file that a deployment is made from, by name and content, in hex."""
    return _hash(root, _DEPLOYED)


def pack_of(root: Path) -> str:
    """Return a SHA-256 of the policy pack, likewise."""
    return _hash(root, ("policies",))


def _hash(root: Path, names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted(_files(root, names)):
        for part in (path.relative_to(root).as_posix().encode(), path.read_bytes()):
            # The length keeps two lists of files from ever running together into the same bytes.
            digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def _files(root: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        path = root / name
        found = path.rglob("*") if path.is_dir() else iter([path])
        yield from (
            file
            for file in found
            if file.is_file() and not _LEFT_OUT & set(file.relative_to(root).parts) and not _of_a_review(file)
        )


def _of_a_review(file: Path) -> bool:
    """Tell whether it is what the CLI drops beside the stack files for a review stack."""
    return file.name.startswith("Pulumi.pr-")
