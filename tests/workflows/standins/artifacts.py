"""The stand-ins of upload-artifact and download-artifact: folders under STANDIN_ARTIFACTS."""

import fnmatch
import os
import shutil
import sys
from pathlib import Path

STORE = Path(os.environ["STANDIN_ARTIFACTS"]) / "artifacts"


def upload():
    """Keep the files below their nearest common folder, as the action does."""
    wanted = [Path(line.strip()) for line in os.environ["FILES"].splitlines() if line.strip()]
    found = [path for path in wanted if path.exists()]
    files = [file for path in found for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    files = [file for file in files if file.is_file()]
    if not files:
        sys.stdout.write("no files were found\n")
        sys.exit(1 if os.environ["MISSING"] == "error" else 0)
    common = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in wanted]))
    target = STORE / os.environ["NAME"]
    if target.exists():
        sys.exit(f"an artifact named {target.name} is there already")
    for file in files:
        kept = target / file.relative_to(common)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, kept)


def download():
    """Copy one artifact, which must be there, or all that match."""
    folder, name = Path(os.environ["FOLDER"]), os.environ["NAME"]
    if name:
        shutil.copytree(STORE / name, folder, dirs_exist_ok=True)
        return
    for artifact in sorted(STORE.glob("*")):
        if fnmatch.fnmatch(artifact.name, os.environ["PATTERN"]):
            shutil.copytree(artifact, folder / artifact.name, dirs_exist_ok=True)


{"upload": upload, "download": download}[sys.argv[1]]()
