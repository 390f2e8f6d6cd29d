"""What judges, and what asks for production, is owned by those who guard it."""

import subprocess

import pytest

from policies.limits import limits
from program.project.definition import ROOT
from program.project.stackfile import read_stack_file, stack_names
from tests.workflows.owners import owner_of

OWNERS = (ROOT / ".github" / "CODEOWNERS").read_text()
GUIDE = (ROOT / ".github" / "SETTING-UP.md").read_text()
GUARD = owner_of("policies/limits.py", OWNERS)
# All of the program but what is deployed, which the guard judges.
DEPLOYED = ("program/service/",)
# The rotation has every password in its hands.
JUDGING = (".ci/", ".github/", "lambda/rotation/", "policies/", "program/", "stacks/")
FILES = (".gitignore", "Makefile", "Pulumi.yaml", "pyproject.toml")


def tracked():
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the project is in no repository here")
    return [path for path in done.stdout.split("\0") if path]


def judges(path):
    if path.startswith(DEPLOYED):
        return False
    return path.startswith(JUDGING) or path in FILES or path.rpartition("/")[2].startswith("requirements")


def test_every_file_has_an_owner_who_is_no_bot():
    for path in tracked():
        owners = owner_of(path, OWNERS)
        assert owners, f"{path} has no owner: the approval of a bot would be enough for it"
        assert not any("bot" in owner for owner in owners), path


def test_the_guards_owners_own_all_that_judges():
    others = [path for path in tracked() if judges(path) and owner_of(path, OWNERS) != GUARD]

    assert others == [], f"give them to {' '.join(GUARD)} in .github/CODEOWNERS"
    assert owner_of("program/of-tomorrow/judge.py", OWNERS) == GUARD, "a new package judges until it is said not to"
    assert owner_of("program/service/stack.py", OWNERS) != GUARD


def test_every_stack_of_an_environment_with_reviewers_is_owned_by_the_guards_owners():
    with_reviewers = list(limits().environments)[1:]
    assert "with required reviewers from the second stage on" in GUIDE

    for stack in stack_names():
        file = read_stack_file(stack)
        if file.config[file.project.full_key("environment")] in with_reviewers:
            assert owner_of(file.path, OWNERS) == GUARD, f"{file.path} is deployed behind a review, and changed without"


@pytest.mark.parametrize("environment", list(limits().environments)[1:])
def test_a_second_stack_of_such_an_environment_is_owned_too(environment):
    assert owner_of(f"stacks/Pulumi.{environment}-eu.yaml", OWNERS) == GUARD


def test_the_last_line_that_fits_is_the_owner():
    text = "* @all\n/a/ @a # why\n/a/b/ @b\n/c*.txt @c\n/none\n"

    found = [owner_of(path, text) for path in ("x", "a/x", "a/b/x", "c1.txt", "d/c1.txt", "none", "ab")]

    assert found == [("@all",), ("@a",), ("@b",), ("@c",), ("@all",), (), ("@all",)]


@pytest.mark.parametrize("pattern", ["docs/", "*.py", "/a/**/b"])
def test_a_pattern_that_means_something_else_to_github_is_no_pattern_of_ours(pattern):
    with pytest.raises(ValueError, match="write it from the root on"):
        owner_of("x", f"{pattern} @a\n")


def test_the_guide_says_why_of_each_rule_of_main():
    for name in (
        "require_code_owner_review",
        "dismiss_stale_reviews_on_push",
        "require_last_push_approval",
        "strict_required_status_checks_policy",
        "15368",
    ):
        assert name in GUIDE, f"say in .github/SETTING-UP.md what {name} is for"
