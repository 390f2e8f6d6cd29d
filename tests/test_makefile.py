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
STAMPS = {
    ".installed": ("requirements.txt", "requirements-uv.txt"),
    ".installed-dev": ("requirements-dev.txt",),
}
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
    for stamp, locks in STAMPS.items():
        (root / ".venv" / stamp).write_text("".join((root / lock).read_text() for lock in locks))
    return root


def make(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = without_network(root.parent) | {"PATH": f"{root.parent / 'bin'}:{os.environ['PATH']}"} | variables
    command = ["make", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False)


def called(root: Path, target: str, *, fails: str = "") -> list[str]:
    """Return what the target calls, which must end well unless one of the tools fails."""
    notes = root.parent / "notes"
    notes.unlink(missing_ok=True)
    done = make(root, target, PYTHON=str(root / ".venv/bin/python"), FAILS=fails)
    assert (done.returncode == 0) is not bool(fails), done.stdout + done.stderr
    return notes.read_text().splitlines()


def synced(root: Path) -> list[str]:
    """Return the locks of each installation that make began, in order."""
    notes = root.parent / "notes"
    calls = notes.read_text().splitlines() if notes.exists() else []
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
    developed(clone)
    file = clone / lock
    file.write_text(f"{file.read_text()}# of another branch\n")
    os.utime(file, (0, 0))

    assert make(clone, "develop").returncode == 0
    assert synced(clone) == ["requirements.txt requirements-uv.txt", "requirements-dev.txt"], "dates don't count"


def developed(clone: Path) -> None:
    """Set the clone up with all that the tests need, and forget how."""
    done = make(clone, "develop")
    assert done.returncode == 0, done.stdout + done.stderr
    (clone.parent / "notes").unlink(missing_ok=True)


def test_a_lock_that_was_only_touched_sets_nothing_up(clone):
    developed(clone)
    for lock in clone.glob("requirements*.txt"):
        lock.touch()

    assert make(clone, "develop").returncode == 0
    assert synced(clone) == []


def test_an_environment_stays_as_it_is_where_nothing_can_be_fetched_and_the_next_time_goes_on(clone):
    developed(clone)
    lock, uv = clone / "requirements.txt", clone / ".venv/bin/uv"
    lock.write_text(f"{lock.read_text()}# with something new\n")
    works = uv.read_text()
    uv.write_text('#!/bin/sh\ntest "$1" = --version\n')

    assert make(clone, "install").returncode != 0
    assert subprocess.run([clone / ".venv/bin/python", "-c", "import click"], check=False).returncode == 0
    uv.write_text(works)
    assert make(clone, "develop").returncode == 0
    assert synced(clone) == ["requirements.txt requirements-uv.txt", "requirements-dev.txt"]


def test_an_environment_whose_python_is_gone_is_made_anew(clone):
    developed(clone)
    python = clone / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nonexistent/python3")

    environment = without_network(clone.parent)
    done = subprocess.run(
        [clone / "parity", "check", "--help"], env=environment, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Usage: ./parity check" in done.stdout
    assert synced(clone) == ["requirements.txt requirements-uv.txt"]


def test_another_python_that_is_asked_for_makes_the_environment_anew(clone, tmp_path):
    developed(clone)
    given = without_network(clone.parent)["PYTHON"]
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\nif [ "$1" = -V ]; then echo Python 3.99.0; else exec {given} "$@"; fi\n')
    other.chmod(0o755)

    assert make(clone, "install", PYTHON=str(other)).returncode == 0
    assert synced(clone) == ["requirements.txt requirements-uv.txt"]


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
    assert called(of_callees, "lint", fails=tool)[-1].startswith(tool), "what comes after it is not reached"
