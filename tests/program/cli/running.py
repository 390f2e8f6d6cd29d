"""Run the command line as a person does: in a process of its own, on a copy of the project where files change."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from program.project.definition import ROOT

COPIED = ("Pulumi.yaml", "lambda", "policies", "program", "stacks")


def run(*arguments: str, root: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Return how `./parity` ended; no AWS variable and no pulumi is there to help it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
    return subprocess.run(
        [sys.executable, "-m", "program.cli", *arguments],
        cwd=root,
        env=environment | variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def copy_of_the_project(folder: Path) -> Path:
    """Return a copy that a test may change."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def change(root: Path, file: str, old: str, new: str) -> None:
    """Replace the text in the file, which must hold it."""
    path = root / file
    text = path.read_text()
    assert old in text, f"{file} no longer holds {old!r}; mend the test"
    path.write_text(text.replace(old, new))
