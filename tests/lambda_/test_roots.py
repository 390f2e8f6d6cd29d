"""What the two deployment roots promise each other and whoever deploys them."""

import re
import sys
from pathlib import Path

import pytest

from tests.lambda_.roots import APP, LAMBDA, ROTATION
from tests.packages import imported, locked

ROOTS = pytest.mark.parametrize("root", [ROTATION, APP], ids=lambda root: root.name)
DOCKERFILE = (APP / "Dockerfile").read_text()


def test_both_roots_open_connections_by_the_same_code():
    assert (ROTATION / "secure_postgres.py").read_bytes() == (APP / "secure_postgres.py").read_bytes()


@ROOTS
def test_no_module_has_the_name_of_a_standard_one(root):
    assert not {path.stem for path in root.glob("*.py")} & sys.stdlib_module_names


def test_no_folder_is_a_package():
    assert not list(LAMBDA.rglob("__init__.py"))


@ROOTS
def test_a_root_imports_what_it_brings_and_the_runtime_has(root):
    own = {path.stem for path in root.glob("*.py")}
    brought = {name.replace("-", "_") for name in locked(root / "requirements.txt")}
    for path in root.glob("*.py"):
        assert imported(path) <= own | brought | {"boto3", "botocore"} | sys.stdlib_module_names, path


@ROOTS
def test_every_dependency_is_pinned_by_hash_and_dateutil_is_the_runtimes_generation(root):
    lock = (root / "requirements.txt").read_text()
    pins = re.findall(r"^[a-z0-9-]+==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(pins) == lock.count("==") == 5
    assert "python-dateutil==2." in lock
    assert "://" not in lock


def test_the_image_takes_the_bundle_from_its_own_folder_and_downloads_none():
    (copied,) = re.findall(r"^COPY --chmod=0444 ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    assert " rds-global-bundle.pem " in copied
    assert not re.search(r"^ADD |https?://", DOCKERFILE, re.MULTILINE)


def test_the_image_is_pinned_and_holds_every_module_of_the_app_but_the_local_server():
    assert re.search(r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^USER (?!root|0)", DOCKERFILE, re.MULTILINE)
    assert 'CMD ["handler.handle"]' in DOCKERFILE
    copied = set(re.findall(r"\b(\w+\.py)\b", DOCKERFILE))
    assert copied == {path.name for path in APP.glob("*.py")} - {"local_server.py"}


@pytest.mark.parametrize("page", [ROTATION / "README.md", APP / "README.md"], ids=lambda page: page.parent.name)
def test_every_test_and_file_that_a_page_names_is_there(page):
    text = page.read_text()
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", text)
    assert named
    assert [name for name in named if f"def {name}(" not in tests] == []
    files = re.findall(r"`(\w+\.(?:py|toml|txt|in))`", text)
    assert [name for name in files if not (page.parent / name).is_file()] == []


def test_the_app_page_lists_every_code_that_an_answer_can_have(app):
    codes = {kind.code for kind in app.problems.AppError.__subclasses__()}
    codes |= {kind.code for kind in app.secure_postgres.PostgresError.__subclasses__()}
    codes |= {"database-refused", "internal"}
    listed = set(re.findall(r"^\| `([a-z-]+)` \| \d{3} ", (APP / "README.md").read_text(), re.MULTILINE))
    assert listed == codes


def test_the_rotation_page_lists_every_code_that_a_log_line_can_have(rotation):
    codes = {kind.code for kind in rotation.failures.RotationError.__subclasses__()}
    codes |= {kind.code for kind in rotation.secure_postgres.PostgresError.__subclasses__()} | {"database-refused"}
    listed = set(re.findall(r"^\| `([a-z-]+)` \| (?!\d{3})", (ROTATION / "README.md").read_text(), re.MULTILINE))
    assert listed == codes
