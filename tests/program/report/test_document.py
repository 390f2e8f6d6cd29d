import dataclasses
import json

import pytest

from program.errors import CouldNotRunError
from program.offline.guard.reviewed import ReviewedProblem
from program.report.check_formats import render
from program.report.content import document
from program.report.content.document import read_check
from tests.program.report.results import clean, violating
from tests.program.report.samples import guarded


@pytest.fixture
def written(tmp_path):
    """Write a check's JSON, changed by the test, and return the file."""

    def write(change=lambda _: None, result=None):
        data = json.loads(render("json", result or clean()))
        change(data)
        file = tmp_path / "check.json"
        file.write_text(json.dumps(data), encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize("result", [clean(), violating()], ids=["clean", "violating"])
def test_what_a_check_wrote_is_read_as_the_same_result(written, result):
    assert read_check(written(result=result)) == result


def test_what_the_whole_project_writes_is_read(tmp_path):
    from tests.program.cli.running import run

    file = tmp_path / "check.json"
    file.write_text(run("check", "--stack", "dev", "--format", "json").stdout, encoding="utf-8")

    assert [stack.stack for stack in read_check(file).stacks] == ["dev"]


def stacks(data):
    return data["stacks"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.update(schemaVersion=2), "schemaVersion: Input should be 1"),
        (lambda data: data.update(extra=1), "extra: Extra inputs are not permitted"),
        (lambda data: data.pop("comparison"), "comparison: Field required"),
        (lambda data: stacks(data)[0].update(stack=7), "stacks.0.stack: Input should be a valid string"),
        (
            lambda data: stacks(data)[0]["findings"][0].update(outcome="fine"),
            "stacks.0.findings.0.outcome: Input should be 'failed', 'undecided', 'exempt' or 'error'",
        ),
        (
            lambda data: data["comparison"]["differences"][0].update(values={"dev": 2**60}),
            "comparison.differences.0.values: Value error, ",
        ),
        (lambda data: stacks(data).append(stacks(data)[0]), "a stack is in it twice"),
        (lambda data: data.update(ok=False), "its verdict is not what its findings say"),
        (lambda data: data["comparison"].update(match=False), "its verdict is not what its findings say"),
    ],
    ids=["version", "unknown key", "missing key", "type", "word", "number", "twice", "verdict", "match"],
)
def test_what_is_no_check_is_refused_in_one_line(written, change, words):
    file = written(change)
    with pytest.raises(CouldNotRunError) as caught:
        read_check(file)

    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{file}: {words}")


def test_what_is_no_json_is_refused(tmp_path):
    file = tmp_path / "check.json"
    file.write_text("error: no\n")

    with pytest.raises(CouldNotRunError, match="the file: Invalid JSON"):
        read_check(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CouldNotRunError, match=r"check\.json: No such file or directory"):
        read_check(tmp_path / "check.json")


def test_a_file_larger_than_any_of_ours_is_not_even_parsed(written, monkeypatch):
    file = written()
    monkeypatch.setattr(document, "LARGEST_BYTES", file.stat().st_size - 1)

    with pytest.raises(CouldNotRunError, match="no file of ours is as large"):
        read_check(file)


@pytest.mark.parametrize(
    "judged", [guarded(), guarded(note="no guard", problems=(ReviewedProblem("policies/a.yaml", 3, "is wrong"),))]
)
def test_the_judgement_of_a_base_is_read_as_it_was_written(written, judged):
    assert read_check(written(result=dataclasses.replace(clean(), guarded=judged))).guarded == judged
