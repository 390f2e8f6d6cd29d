"""The zip is the same wherever it is built, its source hash is of what is in git, and what is wrong stops the build."""

import shutil
import zipfile
from pathlib import Path

import pytest

from program.errors import CouldNotRunError
from program.service import packaging
from program.service.packaging import archive, output_of, package_rotation, source_hash
from tests.program.small_function import make_bundle, make_function

ROTATION = Path(__file__).resolve().parents[3] / "lambda" / "rotation"


@pytest.fixture
def bundle(tmp_path) -> Path:
    return make_bundle(tmp_path)


@pytest.fixture
def folder(tmp_path) -> Path:
    return make_function(tmp_path)


def test_two_builds_of_the_rotation_are_the_same_bytes(tmp_path, bundle):
    first = package_rotation(ROTATION, tmp_path / "a" / "rotation.zip", bundle)
    copy = tmp_path / "elsewhere"
    shutil.copytree(ROTATION, copy)
    second = package_rotation(copy, tmp_path / "b.zip", bundle)
    assert (first.sha256, first.source_hash, first.entries) == (second.sha256, second.source_hash, second.entries)
    assert first.file.read_bytes() == second.file.read_bytes()


def test_the_zip_holds_code_dependencies_and_bundle_and_nothing_of_this_machine(tmp_path, bundle):
    built = package_rotation(ROTATION, tmp_path / "rotation.zip", bundle)
    with zipfile.ZipFile(built.file) as zipped:
        entries = zipped.infolist()
        names = [entry.filename for entry in entries]
        content = b"".join(zipped.read(name) for name in names)
    assert names == sorted(names)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {(entry.external_attr >> 16, entry.create_system) for entry in entries} == {(0o100444, 3)}
    top = {name.partition("/")[0] for name in names}
    assert {path.name for path in ROTATION.glob("*.py")} | {"rds-global-bundle.pem", "pg8000", "scramp"} <= top
    assert not {name for name in names if name.endswith((".so", ".pyc", "RECORD", ".in", "README.md"))}
    assert not top & {"bin", "boto3", "botocore"}
    assert str(Path.home()).encode() + b"/" not in content
    assert str(tmp_path).encode() not in content


def test_the_source_hash_is_the_same_before_and_after_packaging(folder, tmp_path, bundle):
    before = source_hash(folder)
    assert package_rotation(folder, tmp_path / "rotation.zip", bundle).source_hash == before
    assert source_hash(folder) == before


@pytest.mark.parametrize(
    "path", ["README.md", "requirements.in", "__pycache__/handler.pyc", ".hidden/x.py", ".x.py", "__pycache__/x.py"]
)
def test_what_is_no_source_does_not_count(folder, path):
    before = source_hash(folder)
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text("other\n")
    assert source_hash(folder) == before


def test_every_source_counts_by_name_and_content(folder):
    seen = {source_hash(folder)}

    def change(action):
        action()
        digest = source_hash(folder)
        assert digest not in seen
        seen.add(digest)

    change(lambda: (folder / "handler.py").write_text("handled = False\n"))
    change(lambda: (folder / "helper.py").rename(folder / "helpers.py"))
    change(lambda: (folder / "requirements.txt").write_text("other==1\n"))
    change(lambda: (folder / "deeper").mkdir() or (folder / "deeper" / "x.py").write_text(""))
    change(lambda: (folder / "ca-bundle.toml").write_text('sha256 = "0"\nurl = "u"\nknown_at_aws = "0"\n'))


def test_the_words_around_the_pin_do_not_count(folder):
    before = source_hash(folder)
    with (folder / "ca-bundle.toml").open("a") as file:
        file.write("# looked at again\n")
    assert source_hash(folder) == before


def test_two_files_can_not_be_taken_for_one(folder):
    (folder / "a.py").write_text("x")
    (folder / "b.py").write_text("y")
    before = source_hash(folder)
    (folder / "a.py").write_text("xb.pyy")
    (folder / "b.py").unlink()
    assert source_hash(folder) != before


def test_the_archive_is_the_folder_until_the_zip_of_this_very_source_is_there(folder, tmp_path, bundle):
    build = tmp_path / "build"
    assert archive(folder, build) == folder
    built = package_rotation(folder, output_of(folder, build), bundle)
    assert archive(folder, build) == built.file == build / "rotation.zip"
    (folder / "handler.py").write_text("changed = True\n")
    assert archive(folder, build) == folder
    package_rotation(folder, output_of(folder, build), bundle)
    assert archive(folder, build) == build / "rotation.zip"
    (build / "rotation.source").unlink()
    assert archive(folder, build) == folder


def test_a_dependency_without_its_hash_is_not_installed(folder, tmp_path, bundle):
    (folder / "requirements.txt").write_text("six==1.17.0\n")
    with pytest.raises(CouldNotRunError, match=r"requirements\.txt can't be installed: .*hash"):
        package_rotation(folder, tmp_path / "rotation.zip", bundle)
    assert not (tmp_path / "rotation.zip").exists()


def test_a_compiled_dependency_is_refused(folder, tmp_path, bundle, monkeypatch):
    def install(_lock, target):
        (target / "fast").mkdir()
        (target / "fast" / "core.so").touch()

    monkeypatch.setattr(packaging, "_install", install)
    with pytest.raises(
        CouldNotRunError, match=r"fast/core\.so is compiled: the zip would run on one architecture only"
    ):
        package_rotation(folder, tmp_path / "rotation.zip", bundle)


def test_what_an_installer_leaves_of_itself_is_not_packaged(folder, tmp_path, bundle, monkeypatch):
    def install(_lock, target):
        own = ("bin/tool", "x-1.dist-info/RECORD", "x/__pycache__/x.pyc", ".lock")
        for name in (*own, "x-1.dist-info/METADATA", "x/RECORD"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).touch()

    monkeypatch.setattr(packaging, "_install", install)
    package_rotation(folder, tmp_path / "rotation.zip", bundle)
    with zipfile.ZipFile(tmp_path / "rotation.zip") as zipped:
        assert zipped.namelist() == [
            "handler.py",
            "helper.py",
            "rds-global-bundle.pem",
            "x-1.dist-info/METADATA",
            "x/RECORD",
        ]
