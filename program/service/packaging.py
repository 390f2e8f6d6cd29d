"""Build the rotation function's zip, the same bytes wherever it is built, and tell by a hash what code it holds."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from program.errors import CouldNotRunError
from program.manifest.line_ends import refuse_foreign
from program.service.ca_bundle import BUNDLE_NAME, BUNDLE_PIN, bundle_pin

LOCK = "requirements.txt"
# The function's runtime, whatever runs this.
_PYTHON = "3.12"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100444
# What an installer writes of itself, and commands that a function does not run.
_INSTALLERS_OWN = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", ".lock"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A zip that was built: where it is, the hash of its source, its own, and how much is in it."""

    file: Path
    source_hash: str
    sha256: str
    entries: int


def source_hash(folder: Path) -> str:
    """Return the SHA-256 of the function's code, lock file and pinned bundle: of what is in git, packaged or not.

    Raises CouldNotRunError for a file with the line ends of Windows.
    """
    digest = hashlib.sha256()
    for path in [*_sources(folder), folder / LOCK]:
        name = path.relative_to(folder).as_posix()
        _add(digest, name.encode(), refuse_foreign(f"lambda/{folder.name}/{name}", path.read_bytes()))
    _add(digest, BUNDLE_PIN.encode(), bundle_pin(folder).sha256.encode())
    return digest.hexdigest()


def archive(folder: Path, build: Path) -> Path:
    """Return the zip that was built of this very source, else the folder, which has no dependencies in it."""
    file = output_of(folder, build)
    record = _record(file)
    if file.is_file() and record.is_file() and record.read_text().strip() == source_hash(folder):
        return file
    return folder


def package_rotation(folder: Path, output: Path, bundle: Path) -> Package:
    """Build the zip at `output` of the function in the folder, its locked dependencies and the bundle."""
    with tempfile.TemporaryDirectory() as scratch:
        installed = Path(scratch)
        _install(folder / LOCK, installed)
        entries = {path.relative_to(folder).as_posix(): path for path in _sources(folder)}
        entries |= {path.relative_to(installed).as_posix(): path for path in _installed(installed)}
        entries[BUNDLE_NAME] = bundle
        output.parent.mkdir(parents=True, exist_ok=True)
        # Whoever reads the zip meanwhile sees the old one or the new one, never a part.
        part = output.with_suffix(".part")
        _write(part, entries)
    part.replace(output)
    source = source_hash(folder)
    _record(output).write_text(source + "\n")
    sha256 = hashlib.sha256(output.read_bytes()).hexdigest()
    return Package(file=output, source_hash=source, sha256=sha256, entries=len(entries))


def output_of(folder: Path, build: Path) -> Path:
    """Return where the zip of the function in that folder is built."""
    return build / f"{folder.name}.zip"


def _add(digest: hashlib._Hash, name: bytes, content: bytes) -> None:
    # The lengths keep two lists of files from ever running together into the same bytes.
    for part in (name, content):
        digest.update(len(part).to_bytes(8) + part)


def _sources(folder: Path) -> list[Path]:
    # Sorted as text, so that the order is that of no file system.
    relative = (path.relative_to(folder) for path in folder.rglob("*.py"))
    visible = (path for path in relative if not any(part.startswith((".", "__")) for part in path.parts))
    return [folder / path for path in sorted(visible, key=Path.as_posix)]


def _record(file: Path) -> Path:
    return file.with_suffix(".source")


def _install(lock: Path, target: Path) -> None:
    arguments: Sequence[str] = [
        *("pip", "install", "--quiet", "--python", sys.executable, "--target", str(target)),
        *("--require-hashes", "--only-binary", ":all:", "--python-version", _PYTHON),
        *("--requirement", str(lock)),
    ]
    problem = _problem_of(arguments)
    # What was fetched once is in uv's cache, and must have the same hashes: without a network it is enough.
    if problem is not None and _problem_of([*arguments, "--offline"]) is not None:
        raise CouldNotRunError(f"the dependencies in {lock} can't be installed: {problem}")


def _problem_of(arguments: Sequence[str]) -> str | None:
    """Run uv; return what it says when it fails."""
    done = subprocess.run([sys.executable, "-m", "uv", *arguments], capture_output=True, text=True, check=False)  # noqa: S603 (our own arguments)
    return done.stderr.strip() if done.returncode else None


def _installed(target: Path) -> Iterator[Path]:
    for path in target.rglob("*"):
        relative = path.relative_to(target)
        if path.is_dir() or relative.parts[0] == "bin" or "__pycache__" in relative.parts:
            continue
        if path.name in _INSTALLERS_OWN and (len(relative.parts) == 1 or relative.parts[0].endswith(".dist-info")):
            continue
        if path.suffix in (".so", ".pyd"):
            raise CouldNotRunError(f"{relative} is compiled: the zip would run on one architecture only")
        yield path


def _write(file: Path, entries: dict[str, Path]) -> None:
    # Not compressed: another zlib would write other bytes, and all of it is some 1.5 MB.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = _MODE << 16
            zipped.writestr(entry, entries[name].read_bytes())
