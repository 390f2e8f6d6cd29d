"""The product's tests don't know the service: they run on the example, in a copy that has it in place."""

import subprocess
import sys

import pytest

from program.offline.adoption.frozen import EXAMPLE, LEFT_OUT, SERVICE, STACKS, copy, freeze, no_example
from program.project.definition import ROOT
from program.project.stackfile import stack_names
from tests import suite


@pytest.fixture
def service(tmp_path):
    """A repository that was adopted, and changed: a stack more, a component less, tests of its own."""
    root = tmp_path / "service"
    for name in (*SERVICE, "Makefile", "pyproject.toml", "program", "tests/conftest.py", "tests/suite.py"):
        copy(ROOT / name, root / name)
    freeze(root)
    stacks, program = root / "stacks", root / "program" / "service"
    (stacks / "Pulumi.qa.yaml").write_text("config: {}\n")
    (program / "components" / "monitoring.py").unlink()
    (root / "tests" / "own").mkdir()
    return root


def own_test(root, text):
    (root / "tests" / "own" / "test_own.py").write_text(text)


def test_the_copy_has_the_example_in_place_of_the_service(service):
    copied = suite.copied(service, service / suite.COPY)

    assert sorted(path.name for path in (copied / "stacks").iterdir()) == sorted(
        path.name for path in (ROOT / "stacks").iterdir()
    )
    assert (copied / "program/service/components/monitoring.py").is_file()
    assert not (copied / EXAMPLE).exists(), "in the copy the example stands where a service's own files would"
    assert not (copied / suite.OWN).exists()
    status = subprocess.run(["git", "status", "--short"], cwd=copied, capture_output=True, text=True, check=True)
    assert status.stdout == "", "the copy is a repository, whole and committed"


def test_what_the_product_is_changed_to_is_what_the_copy_has(service):
    (service / "program" / "errors.py").write_text("changed = True\n")

    copied = suite.copied(service, service / suite.COPY)

    assert (copied / "program/errors.py").read_text() == "changed = True\n"


def test_the_services_own_tests_run_on_the_service(service):
    own_test(service, "from pathlib import Path\n\ndef test_qa():\n    assert Path('stacks/Pulumi.qa.yaml').exists()\n")
    assert suite.own_tests(service, ["-q"]) == 0

    own_test(service, "def test_fails():\n    assert False\n")
    assert suite.own_tests(service, ["-q"]) == 1


def test_the_services_own_tests_get_each_option_with_its_value_and_no_test_of_the_product():
    arguments = ["--numprocesses", "auto", "-k", "queue", "tests/policies/test_pack.py::test_it"]

    assert suite.for_own_tests(arguments) == ["--numprocesses", "auto", "-k", "queue"]


def test_a_service_without_tests_has_none_to_fail(service):
    assert suite.own_tests(service, ["-q"]) == 0


def test_where_they_stand_the_products_tests_are_not_found_and_why_is_said(service):
    (service / "tests" / "test_of_the_product.py").write_text("def test_fails():\n    assert False\n")
    own_test(service, "def test_passes():\n    pass\n")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA"], cwd=service, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert "The product's tests run on the example, in a copy: make test." in done.stdout


def test_no_cache_is_copied():
    assert LEFT_OUT("", ["__pycache__", "a.py"]) == {"__pycache__"}


def test_the_examples_stacks_are_those_that_are_here():
    assert set(STACKS) == set(stack_names(ROOT)), "say so in program/offline/adoption/frozen.py"
    assert no_example(ROOT) is None


@pytest.fixture
def not_adopted(tmp_path):
    """The example, of which nothing is kept yet."""
    root = tmp_path / "clone"
    for name in SERVICE:
        copy(ROOT / name, root / name)
    return root


def test_a_stack_that_is_added_before_init_is_told_with_what_comes_first(not_adopted, monkeypatch, capsys):
    (not_adopted / "stacks/Pulumi.qa.yaml").write_text("config: {}\n")
    monkeypatch.setattr(suite, "ROOT", not_adopted)

    assert suite.main(["-q"]) == 3
    assert capsys.readouterr().err == (
        "error: the product's tests know the example's stacks alone, and stacks/Pulumi.qa.yaml is added; ./parity init "
        "comes first: it keeps the example for them (.github/ADOPTING.md)\n"
    )


def test_a_file_that_can_be_no_stacks_is_one_line_too(not_adopted, monkeypatch, capsys):
    (not_adopted / "stacks/Pulumi.QA.yaml").write_text("config: {}\n")
    monkeypatch.setattr(suite, "ROOT", not_adopted)

    assert suite.main(["-q"]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: stacks/: rename or remove Pulumi.QA.yaml")


def test_a_stack_that_is_gone_before_init_is_told_too(not_adopted):
    (not_adopted / "stacks/network/Pulumi.prod.yaml").unlink()

    assert "and stacks/network/Pulumi.prod.yaml is gone; ./parity init comes first" in (no_example(not_adopted) or "")


def test_a_stack_that_was_added_before_init_is_not_kept_as_the_examples(not_adopted):
    for file in ("stacks/Pulumi.qa.yaml", "stacks/network/Pulumi.qa.yaml"):
        (not_adopted / file).write_text("config: {}\n")

    assert freeze(not_adopted)

    assert set(stack_names(not_adopted / EXAMPLE)) == set(STACKS)
    assert (not_adopted / "stacks/Pulumi.qa.yaml").is_file(), "and the service keeps it"
    assert no_example(not_adopted) is None
