"""What `make` does for a person: the real Makefile, in a clone that has nothing but what `make` itself sets up."""

import os
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from program.project.definition import ROOT
from tests.engine.first_day.world import copied, without_network
from tests.packages import imported, locked

# What a target has only to call: these note their call, and `FAILS` names one that fails.
CALLED = ("lint-imports", "mypy", "python", "ruff", "uv", "zizmor")
_NOTES_ITS_CALL = '#!/bin/sh\necho "$(basename "$0") $*" >>"$FIRST_DAY_NOTES"\ntest "$(basename "$0")" != "$FAILS"\n'


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return copied(tmp_path_factory.mktemp("made") / "clone")


@pytest.fixture(scope="module")
def of_callees(tmp_path_factory):
    """A clone in whose environment every tool only notes that it was called."""
    folder = tmp_path_factory.mktemp("noted")
    root = copied(folder / "clone")
    for path in (
        *(root / ".venv/bin" / name for name in CALLED),
        *(folder / "bin" / name for name in ("go", "actionlint")),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_NOTES_ITS_CALL)
        path.chmod(0o755)
    for stamp in (".installed", ".installed-dev"):
        (root / ".venv" / stamp).touch()
    return root


def make(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = without_network(root.parent) | {"PATH": f"{root.parent / 'bin'}:{os.environ['PATH']}"} | variables
    command = ["make", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False)


def called(root: Path, *arguments: str) -> list[str]:
    """Return what the target calls, which must end well."""
    notes = root.parent / "notes"
    notes.unlink(missing_ok=True)
    done = make(root, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return notes.read_text().splitlines()


def synced(root: Path) -> list[str]:
    """Return the locks of each installation that make began, in order."""
    calls = (root.parent / "notes").read_text().splitlines()
    return [call.split("--require-hashes ")[1] for call in calls if call.startswith("uv pip sync")]


def test_in_a_fresh_clone_check_sets_itself_up_and_says_what_readme_says(clone):
    done = make(clone, "check")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED  7 stacks of 3 projects match" in done.stdout
    assert synced(clone) == ["requirements.txt requirements-uv.txt"], "the check needs nothing of the tests"
    assert make(clone, "install").stdout.splitlines()[-1:] in ([], ["make: Nothing to be done for 'install'."])


def test_develop_adds_what_the_tests_need_once(clone):
    make(clone, "install")
    (clone.parent / "notes").unlink(missing_ok=True)

    assert make(clone, "develop").returncode == 0
    assert make(clone, "develop").returncode == 0
    assert synced(clone) == ["requirements-dev.txt"]


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-uv.txt"])
def test_a_lock_that_changed_sets_all_of_it_up_anew(clone, lock):
    make(clone, "develop")
    (clone.parent / "notes").unlink(missing_ok=True)
    (clone / lock).touch()

    assert make(clone, "develop").returncode == 0
    assert synced(clone) == ["requirements.txt requirements-uv.txt", "requirements-dev.txt"]


def test_what_the_tests_need_holds_all_that_the_checks_need_in_the_same_versions():
    checks = locked(ROOT / "requirements.txt") | locked(ROOT / "requirements-uv.txt")
    tests = locked(ROOT / "requirements-dev.txt")

    assert not checks.items() - tests.items(), "run make lock"


def test_the_program_and_the_pack_import_nothing_that_install_does_not_bring():
    brought = locked(ROOT / "requirements.txt").keys()
    distributions = packages_distributions()

    missing = {
        f"{path.relative_to(ROOT)}: {package}"
        for folder in ("program", "policies")
        for path in (ROOT / folder).rglob("*.py")
        for package in imported(path) & distributions.keys()
        if not {canonicalize_name(name) for name in distributions[package]} & brought
    }
    assert not missing, "add the package to requirements.in, and run make lock"


def test_help_says_a_line_for_each_target(clone):
    told = {line.split()[0] for line in make(clone, "help").stdout.splitlines()}

    phony = {line.split()[1] for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY")}
    assert told == phony


def test_test_runs_the_tests_that_it_is_given_and_a_few_are_not_all_that_must_be_covered(clone):
    done = make(clone, "test", "TEST_ARGS=-q -p no:cacheprovider tests/program/project/test_home.py")

    assert " passed" in done.stdout, done.stdout + done.stderr
    assert "less than fail-under" in done.stdout
    assert done.returncode != 0


@pytest.mark.parametrize(
    ("target", "calls"),
    [
        ("lint", ["ruff check", "ruff format --check", "mypy", "lint-imports", "zizmor", "actionlint"]),
        ("engine", ["go mod init", "go get", "go build", "python -m tests.engine.language_host.install build/tools"]),
        ("pictures", ["python -m tests.pictures"]),
        (
            "docs",
            [
                *("python -m program.offline.projects", "python -m policies.document"),
                *(
                    "python -m tests.program.engine.live_properties",
                    "python -m tests.program.foundation.rights_document",
                ),
            ],
        ),
        ("lock", ["uv pip compile"] * 3),
        ("benchmark", ["python -m pytest -q -s -m benchmark"]),
    ],
)
def test_a_target_calls_its_tools_in_order(of_callees, target, calls):
    noted = called(of_callees, target)

    left = iter(noted)
    missing = [wanted for wanted in calls if not any(line.startswith(wanted) for line in left)]
    assert not missing, f"make {target} doesn't call {missing}, in this order; it calls {noted}"


@pytest.mark.parametrize("tool", ["ruff", "mypy", "lint-imports", "zizmor", "actionlint"])
def test_lint_fails_when_one_of_its_tools_does(of_callees, tool):
    assert make(of_callees, "lint", FAILS=tool).returncode != 0
