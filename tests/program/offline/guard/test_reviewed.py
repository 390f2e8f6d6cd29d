"""The head's reviewed files are read by the base's code: what it doesn't know is left aside, what is wrong is told."""

import datetime
import json
import shutil

import pytest

from policies.limits import load_limits
from program.offline.guard.judging import pack_with_data
from program.offline.guard.known_changes import KNOWN_FOLDER
from program.offline.guard.reviewed import ReviewedProblem, read_reviewed
from program.project.definition import ROOT
from tests.program.cli.running import change

TODAY = datetime.date(2026, 11, 26)
LIMITS, EXEMPTIONS, IGNORES, NOISE = (
    f"policies/{name}.yaml" for name in ("environments", "exemptions", "drift-ignores", "drift-noise")
)


@pytest.fixture
def head(tmp_path):
    """Return the folder that the head's data were written to: those of this project."""
    (tmp_path / "policies").mkdir()
    for file in (LIMITS, EXEMPTIONS, IGNORES, NOISE):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def test_files_that_are_as_the_base_knows_them_have_no_problem(head):
    reviewed = read_reviewed(head, TODAY)

    assert (reviewed.limits, reviewed.problems) == (load_limits(), ())
    assert load_limits(head / LIMITS) == load_limits(), "the base's pack must be able to read what was written anew"


def test_keys_that_the_base_does_not_know_are_left_aside(head):
    change(head, LIMITS, "schemaVersion: 1\n", "schemaVersion: 1\nqueues: {most: 3}\n")
    change(head, LIMITS, "    region: us-east-1\n", "    region: us-east-1\n    queueTries: [3]\n")
    change(head, LIMITS, "scaling:\n", "scaling:\n  - {path: a.b, reason: It is larger., owner: jo}\n")

    reviewed = read_reviewed(head, TODAY)

    assert reviewed.problems == ()
    assert reviewed.limits.scaling[0].path == "a.b"
    assert "queues" not in json.loads((head / LIMITS).read_text())
    assert load_limits(head / LIMITS) == reviewed.limits


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (LIMITS, "schemaVersion: 2\n", "schemaVersion is 2; it should be 1"),
        (EXEMPTIONS, "exemptions: 7\n", "exemptions is 7; it should be a valid list"),
        (IGNORES, "ignores: [\n", "not YAML: "),
        (NOISE, "schemaVersion: 1\nnoise: 7\n", "noise is 7; it should be a valid list"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_problem_at_its_line(head, file, text, message):
    (head / file).write_text(text)

    found = [problem for problem in read_reviewed(head, TODAY).problems if problem.message.startswith(message)]

    assert [(problem.file, problem.line is not None) for problem in found] == [(file, True)]


def test_a_file_that_is_gone_is_a_problem(head):
    (head / LIMITS).unlink()

    reviewed = read_reviewed(head, TODAY)

    assert reviewed.limits is None
    assert reviewed.problems == (ReviewedProblem(LIMITS, None, "the file does not exist"),)


def test_a_known_file_that_the_base_can_not_use_is_a_problem_and_stays_as_it_is(head):
    (head / "policies" / "known" / "service").mkdir(parents=True)
    broken = head / "policies" / "known" / "service" / "kms.yaml"
    broken.write_text("types: text\n")

    (problem,) = {each.file for each in read_reviewed(head, TODAY).problems}

    assert (problem, broken.read_text()) == ("policies/known/service/kms.yaml", "types: text\n")


def ignore(environment, expires):
    return (
        f"ignores:\n  - {{environment: {environment}, type: t, name: n, property: p, reason: It is being mended., "
        f"owner: jo, expires: {expires}}}\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ignore("dev", "2027-02-24"), None),
        (ignore("dev", "2027-02-25"), "t n: p: expires on 2027-02-25, more than the 90 days ahead that dev allows"),
        (ignore("qa", "2026-12-01"), "t n: p: there is no environment 'qa'; known: dev, prod, staging"),
    ],
)
def test_a_drift_ignore_has_a_known_environment_and_an_end_that_is_near(head, text, message):
    (head / IGNORES).write_text(text)

    assert [problem.message for problem in read_reviewed(head, TODAY).problems] == ([message] if message else [])


def test_a_pack_with_the_heads_data_has_no_known_file_that_the_head_removed(tmp_path):
    only = f"{KNOWN_FOLDER}service/kms.yaml"
    for name in (LIMITS, only):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)

    with pack_with_data(tmp_path) as root:
        assert [file.relative_to(root).as_posix() for file in (root / KNOWN_FOLDER).rglob("*.yaml")] == [only]
        assert (root / "policies" / "pack.py").exists(), "the code is the base's"
