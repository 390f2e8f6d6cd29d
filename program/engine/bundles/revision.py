"""What code a deployment is made from: the commit where there is one, and a hash of the files in any case."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from program.errors import CouldNotRunError
from program.manifest.line_ends import refuse_foreign

# All that decides what is deployed and by which rules; relative to the project's root.
_DEPLOYED = ("Pulumi.yaml", "requirements.txt", "stacks", "program", "policies", "lambda")
_LEFT_OUT = frozenset({"__pycache__", ".venv", "node_modules"})
# Python runs these in place of a source that somebody could read.
_COMPILED = frozenset({".pyc", ".pyo", ".pyd", ".so"})


def commit_of(root: Path) -> str | None:
    """Return the commit that is checked out, None where there is no git or no repository."""
    said = _git(root, "rev-parse", "--verify", "HEAD")
    return said.strip() if said is not None else None


def source_of(root: Path) -> str:
    """Return a SHA-256 of every file that a deployment is made from, by name and content, in hex.

    Raises CouldNotRunError for what nobody can have reviewed: a file that git doesn't track, a link, compiled code; and
    for the line ends of Windows, which would be another hash.
    """
    return _hash(root, _DEPLOYED)


def pack_of(root: Path) -> str:
    """Return a SHA-256 of the policy pack, likewise."""
    return _hash(root, ("policies",))


def _hash(root: Path, names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in _reviewed(root, names):
        for part in (path.encode(), refuse_foreign(path, (root / path).read_bytes())):
            # The length keeps two lists of files from ever running together into the same bytes.
            digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def _reviewed(root: Path, names: tuple[str, ...]) -> list[str]:
    """Return the files that git tracks, sorted; all that there are where there is no repository."""
    there = {path.relative_to(root).as_posix() for path in _files(root, names)}
    tracked = _listed(root, "--cached", names)
    for path in sorted(there | (tracked or set())):
        if (root / path).is_symlink():
            raise CouldNotRunError(f"{path} is a symbolic link; put the file itself there")
        if Path(path).suffix in _COMPILED:
            raise CouldNotRunError(f"{path} is compiled code, which nobody can review; remove it")
    if tracked is None:
        return sorted(there)
    # What git ignores is let lie, unless Python would import it.
    ignored = {path for path in there - tracked if not path.endswith(".py")}
    unknown = sorted((there - tracked - ignored) | ((_listed(root, "--others", names) or set()) & there))
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise CouldNotRunError(f"git doesn't track {unknown[0]}{more}; `git add` what is deployed, remove what is not")
    return sorted(there & tracked)


def _files(root: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        path = root / name
        found = path.rglob("*") if path.is_dir() and not path.is_symlink() else iter([path])
        yield from (
            file
            for file in found
            if (file.is_file() or file.is_symlink())
            and not _LEFT_OUT & set(file.relative_to(root).parts)
            and not _of_a_review(file)
        )


def _of_a_review(file: Path) -> bool:
    """Tell whether it is what the CLI drops beside the stack files for a review stack."""
    return file.name.startswith("Pulumi.pr-")


def _listed(root: Path, which: str, names: tuple[str, ...]) -> set[str] | None:
    said = _git(root, "ls-files", "-z", which, "--exclude-standard", "--", *names)
    return set(said.split("\0")) - {""} if said is not None else None


def _git(root: Path, *arguments: str) -> str | None:
    """Return what git says, None where there is no git or no repository."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
