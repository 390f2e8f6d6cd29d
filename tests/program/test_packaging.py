"""The zip is the same wherever it is built, its source hash is of what is in git, and what is wrong stops the build."""

import datetime
import hashlib
import io
import shutil
import urllib.error
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from program import packaging
from program.cli import package as command
from program.errors import CouldNotRunError
from program.packaging import (
    BundlePin,
    archive,
    bundle_pin,
    check_bundle,
    output_of,
    package_rotation,
    source_hash,
)

ROTATION = Path(__file__).resolve().parents[2] / "lambda" / "rotation"
TODAY = datetime.date(2030, 6, 1)


def certificate(until: datetime.date) -> bytes:
    """Return an authority's certificate that ends on that day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"until {until}")])
    end = datetime.datetime.combine(until, datetime.time())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - datetime.timedelta(days=9999))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def pin_of(content: bytes) -> BundlePin:
    return BundlePin(url="https://example.org/bundle.pem", sha256=hashlib.sha256(content).hexdigest())


BUNDLE = certificate(datetime.date(2061, 1, 1)) + certificate(datetime.date(2121, 1, 1))


@pytest.fixture
def bundle(tmp_path) -> Path:
    file = tmp_path / "bundle.pem"
    file.write_bytes(BUNDLE)
    return file


@pytest.fixture
def folder(tmp_path) -> Path:
    """A function without dependencies, whose bundle is the tests' own."""
    folder = tmp_path / "rotation"
    folder.mkdir()
    (folder / "handler.py").write_text("handled = True\n")
    (folder / "helper.py").write_text("helped = True\n")
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / "README.md").write_text("words\n")
    pin = pin_of(BUNDLE)
    (folder / "ca-bundle.toml").write_text(f'url = "{pin.url}"\nsha256 = "{pin.sha256}"\n')
    return folder


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
    change(lambda: (folder / "ca-bundle.toml").write_text('url = "u"\nsha256 = "0"\n'))


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


def test_the_pinned_bundle_is_taken():
    assert check_bundle(BUNDLE, pin_of(BUNDLE), TODAY) == 2


def test_another_bundle_is_refused_with_both_digests():
    with pytest.raises(CouldNotRunError) as caught:
        check_bundle(BUNDLE + b"\n", pin_of(BUNDLE), TODAY)
    assert pin_of(BUNDLE).sha256 in str(caught.value)
    assert pin_of(BUNDLE + b"\n").sha256 in str(caught.value)
    assert "lambda/app/Dockerfile" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff", BUNDLE[:200]])
def test_a_bundle_of_something_else_is_refused(content):
    with pytest.raises(CouldNotRunError, match="no list of certificates in PEM"):
        check_bundle(content, pin_of(content), TODAY)


def test_a_bundle_with_a_certificate_that_is_out_of_date_is_refused():
    content = BUNDLE + certificate(TODAY - datetime.timedelta(days=1))
    with pytest.raises(CouldNotRunError, match="1 of the CA bundle's 3 certificates are out of date"):
        check_bundle(content, pin_of(content), TODAY)


def test_the_rotations_own_pin_is_an_address_and_a_digest():
    pin = bundle_pin(ROTATION)
    assert pin.url == "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    assert len(bytes.fromhex(pin.sha256)) == 32


@pytest.fixture
def run(folder, tmp_path, monkeypatch):
    """Run the command on the small function."""
    monkeypatch.setattr(command, "FOLDER", folder)

    def run(*arguments):
        return CliRunner().invoke(command.package, [*arguments, "--build", str(tmp_path / "build")])

    return run


def test_the_command_builds_from_a_local_copy_and_prints_the_path_alone(run, folder, tmp_path, bundle):
    result = run("--bundle", str(bundle))
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path}/build/rotation.zip\n"
    assert "the CA bundle is the pinned one: 2 certificates" in result.stderr
    assert f"source hash {source_hash(folder)}" in result.stderr
    assert archive(folder, tmp_path / "build") == tmp_path / "build" / "rotation.zip"


def test_the_command_downloads_the_bundle_from_the_pinned_address(run, monkeypatch):
    asked = []

    def urlopen(url, timeout):
        asked.append((url, timeout))
        return io.BytesIO(BUNDLE)

    monkeypatch.setattr(command.urllib.request, "urlopen", urlopen)
    result = run()
    assert result.exit_code == 0, result.output
    assert asked == [("https://example.org/bundle.pem", 30)]
    assert "downloading https://example.org/bundle.pem ..." in result.stderr


def test_a_download_that_fails_is_told_with_the_way_out(run, monkeypatch):
    def urlopen(_url, timeout):
        raise urllib.error.URLError(f"no answer in {timeout} s")

    monkeypatch.setattr(command.urllib.request, "urlopen", urlopen)
    error = run().exception
    assert isinstance(error, CouldNotRunError)
    assert str(error) == (
        "the CA bundle can't be downloaded from https://example.org/bundle.pem: <urlopen error no answer in 30 s>. "
        "Fetch it elsewhere and give it with --bundle"
    )


def test_a_download_of_something_huge_is_refused(run, monkeypatch):
    monkeypatch.setattr(command.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(b"x" * 3_000_000))
    assert "is larger than 2000000 bytes" in str(run().exception)


def test_an_address_without_tls_is_refused(run, folder):
    pin = folder / "ca-bundle.toml"
    pin.write_text(pin.read_text().replace("https://", "http://"))
    assert str(run().exception) == "http://example.org/bundle.pem is not an https address"


def test_a_bundle_of_another_digest_leaves_no_zip(run, tmp_path, bundle):
    bundle.write_bytes(BUNDLE + b"\n")
    assert isinstance(run("--bundle", str(bundle)).exception, CouldNotRunError)
    assert not (tmp_path / "build").exists()


def test_a_failure_is_one_line_and_exit_code_3(monkeypatch, capsys, bundle):
    from program.cli.__main__ import main

    monkeypatch.setattr("sys.argv", ["program.cli", "package", "--bundle", str(bundle)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3
    assert capsys.readouterr().err.startswith("error: the CA bundle has the SHA-256 ")
