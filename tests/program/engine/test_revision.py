"""What code a deployment is made from: the commit, and a hash of all files that decide."""

import os
import subprocess

import pytest

from program.engine.bundles.revision import commit_of, pack_of, source_of


def git(folder, *arguments):
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, env=os.environ | identity, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_commit_is_the_one_that_is_checked_out(project):
    git(project, "init", "-q")
    assert commit_of(project) is None

    git(project, "commit", "-q", "--allow-empty", "-m", "x")
    assert commit_of(project) == git(project, "rev-parse", "HEAD")


def test_without_git_there_is_no_commit(project, monkeypatch):
    monkeypatch.setenv("PATH", str(project))

    assert commit_of(project) is None


@pytest.mark.parametrize("file", ["program/service/stack.py", "Pulumi.yaml", "policies/new.yaml", "lambda/app/new.py"])
def test_every_file_that_decides_changes_the_hash(project, file):
    before = source_of(project)
    path = project / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")

    assert source_of(project) != before


def test_a_file_by_another_name_changes_the_hash(project):
    before = source_of(project)
    (project / "program" / "service" / "stack.py").rename(project / "program" / "service" / "stacks.py")

    assert source_of(project) != before


@pytest.mark.parametrize(
    "file",
    ["README.md", "program/__pycache__/x.pyc", "lambda/app/node_modules/x.js", "stacks/Pulumi.pr-7.yaml", ".git/x"],
)
def test_no_other_file_does(project, file):
    before = source_of(project)
    path = project / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new")

    assert source_of(project) == before


def test_the_pack_is_the_policies_alone(project):
    pack, source = pack_of(project), source_of(project)
    (project / "program" / "service" / "stack.py").write_text("changed")
    assert (pack_of(project) == pack, source_of(project) == source) == (True, False)

    (project / "policies" / "new.py").write_text("new")
    assert pack_of(project) != pack


def test_two_lists_of_files_never_run_together(tmp_path):
    for folder, files in (("one", {"a": "bc"}), ("two", {"ab": "c"})):
        for name, text in files.items():
            path = tmp_path / folder / "policies" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    assert pack_of(tmp_path / "one") != pack_of(tmp_path / "two")
