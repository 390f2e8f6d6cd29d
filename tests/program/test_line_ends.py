"""The same commit has the same hashes in every clone, whatever git there makes of line ends."""

import shutil
import subprocess

import pytest

from program.engine.bundles.revision import source_of
from program.errors import CouldNotRunError
from program.manifest.line_ends import refuse_foreign
from program.project.definition import ROOT
from program.service.packaging import source_hash
from tests.program.cli.running import copy_of_the_project, run

SOURCE = "lambda/rotation"


def git(folder, *arguments):
    identity = ("-c", "user.name=Dana", "-c", "user.email=dana@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    """Return a repository with the project in it, as its own attributes say."""
    folder = tmp_path / "repository"
    folder.mkdir()
    copy_of_the_project(folder)
    shutil.copy(ROOT / ".gitattributes", folder)
    shutil.copy(ROOT / "requirements.txt", folder)
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "The project")
    return folder


def test_a_clone_with_autocrlf_has_the_same_bytes_and_hashes(repository, tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "-q", str(repository), str(clone))

    files = sorted(
        path.relative_to(clone) for path in clone.rglob("*.*") if path.is_file() and ".git" not in path.parts
    )
    other = [str(path) for path in files if (clone / path).read_bytes() != (repository / path).read_bytes()]

    assert len(files) > 100
    assert other == [], ".gitattributes has to say eol=lf of them"
    assert source_hash(clone / SOURCE) == source_hash(repository / SOURCE)
    assert source_of(clone) == source_of(repository)


def test_a_file_that_an_editor_gave_other_line_ends_is_refused_by_name(repository):
    file = next((repository / SOURCE).glob("*.py"))
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    name = file.relative_to(repository).as_posix()

    for hashed in (lambda: source_hash(repository / SOURCE), lambda: source_of(repository)):
        with pytest.raises(CouldNotRunError, match=rf"^{name} has the line ends of Windows \(CRLF\)"):
            hashed()
    done = run("check", "--stack", "dev", root=repository)
    assert done.returncode == 1
    assert f"{name} has the line ends of Windows" in " ".join(done.stdout.split())


def test_what_is_no_text_has_no_line_ends():
    assert refuse_foreign("x", b"\0\r\n") == b"\0\r\n"
    assert refuse_foreign("x", b"a\rb\n") == b"a\rb\n"
