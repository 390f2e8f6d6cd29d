"""What code a deployment is made from: the commit, and a hash of all files that decide."""

import os
import subprocess

import pytest

from program.engine.bundles.revision import commit_of, pack_of, source_of
from program.errors import CouldNotRunError


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


class TestInARepository:
    """What counts is what git tracks: it is what somebody can have reviewed."""

    @pytest.fixture
    def repository(self, project):
        (project / ".gitignore").write_text("__pycache__/\n*.log\nstacks/Pulumi.pr-*.yaml\nprogram/hidden.py\n")
        git(project, "init", "-q")
        git(project, "add", "--all")
        return project

    def put(self, repository, file, text="new"):
        path = repository / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def test_the_hash_is_that_of_the_same_files_without_one(self, project):
        before = source_of(project)
        git(project, "init", "-q")
        git(project, "add", "--all")

        assert source_of(project) == before

    @pytest.mark.parametrize("file", ["program/x.log", "program/__pycache__/x.pyc", "stacks/Pulumi.pr-7.yaml", "x.py"])
    def test_what_git_ignores_and_nobody_runs_changes_nothing(self, repository, file):
        before = source_of(repository)
        self.put(repository, file)

        assert source_of(repository) == before

    def test_a_file_that_git_does_not_track_is_refused_by_name(self, repository):
        self.put(repository, "program/new.py")
        with pytest.raises(CouldNotRunError, match=r"^git doesn't track program/new\.py; `git add` what is deployed"):
            source_of(repository)

        self.put(repository, "policies/new.yaml")
        with pytest.raises(CouldNotRunError, match=r"^git doesn't track policies/new\.yaml \(and 1 more\); `git add`"):
            source_of(repository)
        with pytest.raises(CouldNotRunError, match=r"^git doesn't track policies/new\.yaml;"):
            pack_of(repository)

    def test_code_that_git_ignores_is_refused_too(self, repository):
        self.put(repository, "program/hidden.py")

        with pytest.raises(CouldNotRunError, match=r"^git doesn't track program/hidden\.py;"):
            source_of(repository)

    def test_a_file_that_was_added_counts_before_it_is_committed(self, repository):
        before = source_of(repository)
        self.put(repository, "program/new.py")
        git(repository, "add", "--all")

        assert source_of(repository) != before

    def test_a_file_that_is_gone_counts(self, repository):
        before = source_of(repository)
        (repository / "program/service/stack.py").unlink()

        assert source_of(repository) != before

    def test_compiled_code_that_git_tracks_is_refused_wherever_it_lies(self, repository):
        self.put(repository, "program/__pycache__/stack.cpython-311.pyc")
        git(repository, "add", "--force", "--all")
        git(repository, "add", "--force", "program/__pycache__/stack.cpython-311.pyc")

        with pytest.raises(CouldNotRunError, match=r"^program/__pycache__/stack\.cpython-311\.pyc is compiled code"):
            source_of(repository)


@pytest.mark.parametrize("file", ["program/service/stack.pyc", "policies/_fast.so"])
def test_compiled_code_is_refused(project, file):
    (project / file).write_text("binary")

    with pytest.raises(CouldNotRunError, match=rf"^{file} is compiled code, which nobody can review; remove it$"):
        source_of(project)


@pytest.mark.parametrize("link", ["program/service/other.py", "program/folder", "lambda"])
def test_a_link_is_refused(project, tmp_path, link):
    target = tmp_path / "elsewhere"
    target.mkdir()
    (project / link).symlink_to(target)

    with pytest.raises(CouldNotRunError, match=rf"^{link} is a symbolic link; put the file itself there$"):
        source_of(project)
