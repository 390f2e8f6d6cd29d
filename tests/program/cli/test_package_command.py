"""`package` takes the bundle from a file or from its address, builds the zip, and says what stands in the way."""

import io
import urllib.error
from pathlib import Path

import pytest
from click.testing import CliRunner

from program.cli import package as command
from program.errors import CouldNotRunError
from program.service.packaging import archive, source_hash
from tests.program.small_function import BUNDLE, make_bundle, make_function


@pytest.fixture
def bundle(tmp_path) -> Path:
    return make_bundle(tmp_path)


@pytest.fixture
def folder(tmp_path) -> Path:
    return make_function(tmp_path)


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
