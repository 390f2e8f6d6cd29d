"""Addresses lead to the repository at one commit, and nowhere else."""

import pytest

from policies.schema import ReviewedFileError
from program.report.content.links import Links, links_of, links_of_run
from program.report.content.order import promoted

COMMIT = "0c5f8d1e2a3b4c5d6e7f8091a2b3c4d5e6f70819"
LINKS = Links(repository="https://github.example/octo/parity", commit=COMMIT)
BLOB = f"https://github.example/octo/parity/blob/{COMMIT}"


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("program/service/stack.py:41", f"{BLOB}/program/service/stack.py#L41"),
        ("policies/environments.yaml", f"{BLOB}/policies/environments.yaml"),
        (".github/workflows/deploy.yml:3", f"{BLOB}/.github/workflows/deploy.yml#L3"),
        ("../secrets.yaml:1", None),
        ("program/../../x", None),
        ("a b.py:1", None),
        ("javascript:alert(1)", None),
        ("https://evil.example/x", None),
        ("//evil.example/x", None),
        ("", None),
    ],
)
def test_only_a_file_of_the_repository_has_an_address(source, address):
    assert LINKS.place(source) == address


def test_only_a_known_rule_has_a_page():
    assert LINKS.rule("rds-encrypted") == f"{BLOB}/policies/RULES.md#rds-encrypted"
    assert LINKS.rule("of-tomorrow)") is None


def test_a_run_tells_the_repository_and_the_commit_where_no_record_does():
    environ = {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "octo/parity", "GITHUB_SHA": COMMIT}

    assert links_of(environ, None) == LINKS
    assert links_of({"GITHUB_REPOSITORY": "octo/parity"}, COMMIT).repository == "https://github.com/octo/parity"
    assert links_of_run("https://github.example/octo/parity/actions/runs/7", COMMIT) == LINKS


@pytest.mark.parametrize(
    "environ", [{}, {"GITHUB_REPOSITORY": "octo/parity"}, {"GITHUB_REPOSITORY": "x", "GITHUB_SHA": COMMIT}]
)
def test_without_all_of_it_nothing_is_linked(environ):
    assert links_of(environ, None) is None
    assert links_of({"GITHUB_REPOSITORY": "octo/parity"}, "](http://evil)") is None
    assert links_of_run("https://evil.example/", COMMIT) is None


def test_stacks_stand_as_they_are_promoted_and_those_without_a_file_last():
    stacks = {"prod": "prod", "dev": "dev", "pr-7": "dev", "odd": None, "staging": "staging"}

    assert promoted(stacks, {"prod": 1, "dev": 1, "staging": 1, "odd": 1}) == ["dev", "staging", "prod", "odd", "pr-7"]


def test_without_readable_limits_stacks_stand_by_name(monkeypatch):
    def broken():
        raise ReviewedFileError(["environments.yaml:1: not YAML"])

    monkeypatch.setattr("program.report.content.order.limits", broken)

    assert promoted({"prod": "prod", "dev": "dev"}, {}) == ["dev", "prod"]
