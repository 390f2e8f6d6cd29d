"""`image` sets one digest in every stack file, and leaves every other byte."""

import shutil

import pytest
from click.testing import CliRunner

from program.cli import image as command
from program.errors import CouldNotRunError
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from program.workflow.image import with_digest

OLD = b"sha256:" + b"1" * 64
NEW = "sha256:" + "a" * 64
TEMPLATE = ".github/review-stack.yaml"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a copy of the files that name the image."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    (tmp_path / ".github").mkdir()
    shutil.copy(ROOT / TEMPLATE, tmp_path / TEMPLATE)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    return tmp_path


def run(digest):
    return CliRunner().invoke(command.image, [digest], catch_exceptions=False)


def test_every_stack_and_the_template_get_the_digest_and_nothing_else_changes(project):
    files = [*(f"stacks/Pulumi.{stack}.yaml" for stack in stack_names(ROOT, SERVICE)), TEMPLATE]
    before = {file: (project / file).read_text() for file in files}

    done = run(NEW)

    assert done.stdout.splitlines() == files
    for file, text in before.items():
        line = next(line for line in text.splitlines() if "dockerImageUri" in line)
        assert (project / file).read_text() == text.replace(line, line[:-71] + NEW)


@pytest.mark.usefixtures("project")
def test_the_same_digest_again_changes_nothing():
    run(NEW)

    done = run(NEW)

    assert (done.exit_code, done.stdout) == (0, "")


def test_nothing_is_written_when_one_file_has_no_image(project):
    (project / TEMPLATE).write_text("config: {}\n")
    before = (project / "stacks/Pulumi.dev.yaml").read_bytes()

    with pytest.raises(CouldNotRunError, match=r"^\.github/review-stack\.yaml: no line of the form"):
        run(NEW)

    assert (project / "stacks/Pulumi.dev.yaml").read_bytes() == before


def test_a_template_that_is_missing_is_an_error(project):
    (project / TEMPLATE).unlink()

    with pytest.raises(CouldNotRunError, match=r"review-stack\.yaml: No such file or directory$"):
        run(NEW)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("digest", ["", "sha256:abc", "a" * 64, "sha256:" + "A" * 64, NEW + "\n", "sha512:" + "a" * 64])
def test_what_is_no_digest_is_wrong_usage(digest):
    assert run(digest).exit_code == 2


@pytest.mark.parametrize(
    "line",
    [
        b"  parity:dockerImageUri: registry/app@%s\n",
        b"  parity:dockerImageUri:   'registry/app@%s' # why\r\n",
        b'\t"dockerImageUri": "registry:5000/app@%s"\n',
    ],
    ids=["plain", "quotes, comment, carriage return", "no namespace"],
)
def test_a_line_keeps_its_quotes_its_comment_and_its_end(line):
    before = b"# caf\xc3\xa9\r\nconfig:\n" + line % OLD + b"  parity:x: " + OLD

    assert with_digest(before, NEW, "f") == before.replace(line % OLD, line % NEW.encode())


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"  parity:other: registry/app@%s\n" % OLD, "no line"),
        (b"  # parity:dockerImageUri: registry/app@%s\n" % OLD, "no line"),
        (b"  parity:dockerImageUri: registry/app:latest\n", "no line"),
        (b"  parity:dockerImageUri: a/b@%s\n  dockerImageUri: a/b@%s\n" % (OLD, OLD), "2 lines"),
    ],
    ids=["other key", "comment", "tag", "two"],
)
def test_a_file_without_exactly_one_image_by_digest_is_an_error(content, found):
    with pytest.raises(CouldNotRunError, match=f"^f: {found} of the form"):
        with_digest(content, NEW, "f")
