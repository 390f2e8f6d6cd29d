"""`package` builds the zip with the kept CA bundle, says what stands in the way, and what AWS has by now."""

import datetime
import http.client
import io
import urllib.error
from pathlib import Path

import pytest
from click.testing import CliRunner

from program.cli import package as command
from program.errors import CouldNotRunError
from program.service.ca_bundle import BUNDLE_NAME
from program.service.packaging import archive, source_hash
from tests.program.small_function import BUNDLE, certificate, make_function


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


def answering(monkeypatch, answer):
    """Let AWS's address answer so; return what it was asked."""
    asked = []

    def urlopen(url, timeout):
        asked.append((url, timeout))
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(command.urllib.request, "urlopen", urlopen)
    return asked


def test_the_command_builds_with_the_kept_bundle_and_prints_the_path_alone(run, folder, tmp_path, monkeypatch):
    asked = answering(monkeypatch, BUNDLE)
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path}/build/rotation.zip\n"
    assert "the CA bundle is the pinned one: 2 certificates" in result.stderr
    assert f"source hash {source_hash(folder)}" in result.stderr
    assert archive(folder, tmp_path / "build") == tmp_path / "build" / "rotation.zip"
    assert asked == [], "a build asks nobody"


def test_aws_is_asked_where_somebody_wants_to_know(run, monkeypatch):
    asked = answering(monkeypatch, BUNDLE)
    result = run("--ask-aws")
    assert asked == [("https://example.org/bundle.pem", 30)]
    assert "AWS has the CA bundle that was known when this one was written" in result.stderr


NEWER = BUNDLE + certificate(datetime.date(2130, 1, 1))
ADVICE = {
    "a newer one": (NEWER, "AWS has another CA bundle, with certificates that the kept one lacks: until 2130-01-01. "),
    "nobody": (
        urllib.error.URLError("no\nanswer"),
        "AWS can't be asked for its CA bundle at https://example.org/bundle",
    ),
    "half an answer": (http.client.IncompleteRead(b""), "AWS can't be asked for its CA bundle at https://example.org/"),
    "something huge": (b"x" * 3_000_000, "https://example.org/bundle.pem is larger than 2000000 bytes"),
    "a page": (b"<html>", "https://example.org/bundle.pem answers with something else than certificates"),
}


@pytest.mark.parametrize(("answer", "advice"), ADVICE.values(), ids=ADVICE)
def test_whatever_aws_answers_is_advice_and_the_zip_is_built(run, monkeypatch, tmp_path, answer, advice):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    answering(monkeypatch, answer)
    result = run("--ask-aws")
    assert result.exit_code == 0, result.output
    assert f"\nnotice: {advice}" in result.stderr
    assert (tmp_path / "build" / "rotation.zip").is_file()


def test_in_a_workflow_the_advice_is_a_notice(run, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    answering(monkeypatch, NEWER)
    assert "\n::notice title=CA bundle::AWS has another CA bundle" in run("--ask-aws").stderr


def test_an_address_without_tls_is_not_asked(run, folder, monkeypatch):
    asked = answering(monkeypatch, BUNDLE)
    pin = folder / "ca-bundle.toml"
    pin.write_text(pin.read_text().replace("https://", "http://"))
    result = run("--ask-aws")
    assert "http://example.org/bundle.pem is not an https address: AWS was not asked" in result.stderr
    assert (result.exit_code, asked) == (0, [])


def test_a_bundle_of_another_digest_leaves_no_zip(run, folder, tmp_path):
    (folder / BUNDLE_NAME).write_bytes(BUNDLE + b"\n")
    assert isinstance(run().exception, CouldNotRunError)
    assert not (tmp_path / "build").exists()


def test_a_failure_is_one_line_and_exit_code_3(monkeypatch, capsys, folder):
    from program.cli.__main__ import main

    (folder / BUNDLE_NAME).write_bytes(BUNDLE + b"\n")
    monkeypatch.setattr(command, "FOLDER", folder)
    monkeypatch.setattr("sys.argv", ["program.cli", "package"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3
    assert capsys.readouterr().err.startswith("error: rds-global-bundle.pem has the SHA-256 ")
