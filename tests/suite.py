"""Run all tests: the service's own here, the product's on the example that it came with.

A service changes its stacks, limits, rules and components as it likes, and no test of the product knows of it. So once
`init` has kept the example in tests/example, the product's tests run in a copy of this repository that has it in place.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from program.errors import CouldNotRunError
from program.offline.adoption.frozen import EXAMPLE, SERVICE, copy, no_example

ROOT = Path(__file__).resolve().parents[1]
OWN = "tests/own"
COPY = "build/product"
# What isn't the repository's: environments, caches, what was built.
_NOT_COPIED = frozenset({".git", ".venv", "build", ".pulumi-state", ".hypothesis", "htmlcov"})
# pytest ends so when a folder has no test.
_NONE_FOUND = 5
_COULD_NOT_RUN = 3


def copied(root: Path, target: Path) -> Path:
    """Return a copy of the repository with the example in the service's place: a repository of its own, one commit."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in sorted(root.iterdir()):
        if path.name not in _NOT_COPIED and not path.name.endswith("_cache") and not path.name.startswith(".coverage"):
            copy(path, target / path.name)
    for name in SERVICE:
        copy(root / EXAMPLE / name, target / name)
    shutil.rmtree(target / EXAMPLE)
    shutil.rmtree(target / OWN, ignore_errors=True)
    # A variable of git's own, as in a hook, would lead to another repository.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.invalid", "-c", "commit.gpgsign=false")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*identity, "commit", "-q", "-m", "The example")):
        subprocess.run(("git", *words), cwd=target, env=environment, check=True)
    return target


def covered(root: Path, arguments: list[str]) -> int:
    """Run pytest at the root with coverage; return the exit code of the first that fails."""
    coverage = [sys.executable, "-m", "coverage"]
    for words in (["erase"], ["run", "-m", "pytest", *arguments], ["combine", "--quiet"], ["report"]):
        if code := subprocess.run([*coverage, *words], cwd=root, check=False).returncode:
            return code
    return 0


def own_tests(root: Path, arguments: list[str]) -> int:
    """Run the service's own tests, where it has some."""
    if not (root / OWN).is_dir():
        return 0
    code = subprocess.run([sys.executable, "-m", "pytest", OWN, *arguments], cwd=root, check=False).returncode
    return 0 if code == _NONE_FOUND else code


def for_own_tests(arguments: list[str]) -> list[str]:
    """Return the arguments without the product's tests that they name: the service's own all run."""
    return [argument for argument in arguments if not argument.startswith("tests/")]


def main(arguments: list[str]) -> int:
    """Run them all; return the exit code of the first part that fails."""
    try:
        why = no_example(ROOT)
    except CouldNotRunError as error:
        why = str(error)
    if why is not None:
        sys.stderr.write(f"error: {why}\n")
        return _COULD_NOT_RUN
    if not (ROOT / EXAMPLE).is_dir():
        return covered(ROOT, arguments)
    return own_tests(ROOT, for_own_tests(arguments)) or covered(copied(ROOT, ROOT / COPY), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
