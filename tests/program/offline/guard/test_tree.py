"""One side of a change is read as data: by its commit or from the working tree, links left out, sizes known."""

import subprocess

import pytest

from program.errors import CouldNotRunError
from program.offline.guard import tree as module
from program.offline.guard.tree import commit_tree, working_tree


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-c", "user.name=jo", "-c", "user.email=jo@example.com", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("one\n")
    (tmp_path / "sub" / "ü b.txt").write_bytes(b"\xff two")
    (tmp_path / "link").symlink_to("a.txt")
    (tmp_path / ".gitignore").write_text("build/\n")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def test_a_commit_and_the_working_tree_are_told_to_be_the_same(repository):
    commit, here = commit_tree(repository, "main"), working_tree(repository)

    assert commit.names() == here.names() == [".gitignore", "a.txt", "sub/ü b.txt"]
    assert [commit.digest(name) for name in commit.names()] == [here.digest(name) for name in here.names()]
    assert commit.name == git(repository, "rev-parse", "HEAD")


def test_a_file_is_read_as_it_is_in_its_tree(repository):
    (repository / "a.txt").write_text("changed\n")
    (repository / "build").mkdir()
    (repository / "build" / "x").write_text("ignored")
    (repository / "new.txt").write_text("new")
    commit, here = commit_tree(repository, "HEAD"), working_tree(repository)

    assert (commit.text("a.txt"), here.text("a.txt")) == ("one\n", "changed\n")
    assert (commit.content("new.txt"), here.content("new.txt")) == (None, b"new")
    assert commit.text("sub/ü b.txt") == "\N{REPLACEMENT CHARACTER} two"
    assert here.names("sub/", "new") == ["new.txt", "sub/ü b.txt"]
    assert commit.digest("a.txt") != here.digest("a.txt")


def test_a_file_that_was_deleted_and_is_still_tracked_is_not_there(repository):
    (repository / "a.txt").unlink()

    assert working_tree(repository).names() == [".gitignore", "sub/ü b.txt"]


def test_files_are_written_out_by_their_prefix(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")

    commit_tree(repository, "HEAD").extract(folder, "sub/")

    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()] == ["sub/ü b.txt"]


def test_what_is_too_large_is_not_read(repository, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_BYTES", 3)

    with pytest.raises(CouldNotRunError, match=r"^a\.txt in the working tree has 4 bytes; at most 3 are read$"):
        working_tree(repository).content("a.txt")
    with pytest.raises(CouldNotRunError, match=r"a\.txt in \w{40} has 4 bytes"):
        commit_tree(repository, "HEAD").text("a.txt")


def test_too_many_files_are_refused(repository, monkeypatch):
    monkeypatch.setattr(module, "_MOST_FILES", 2)

    with pytest.raises(CouldNotRunError, match="the working tree has 3 files; at most 2 are compared"):
        working_tree(repository)


@pytest.mark.parametrize("reference", ["nowhere", "", "--help", ":a.txt"])
def test_what_is_no_commit_is_one_line(repository, reference):
    with pytest.raises(CouldNotRunError) as error:
        commit_tree(repository, reference)

    assert str(error.value).startswith(f"there is no commit {reference!r} here")
    assert "`git fetch` it first" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_without_git_one_line_says_what_to_install(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(CouldNotRunError, match="git is not on PATH; install it"):
        working_tree(repository)
