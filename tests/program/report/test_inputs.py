import dataclasses

import pytest

from program.engine.records import written
from program.report.check_formats import render
from program.report.content.inputs import read_sources
from tests.program.report.results import clean
from tests.program.report.samples import apply, destroy, drift, guarded, preview


@pytest.fixture
def check_file(tmp_path):
    file = tmp_path / "check.json"
    file.write_text(render("json", clean()), encoding="utf-8")
    return file


def saved(path, record):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(record), encoding="utf-8")
    return path


def test_each_kind_of_record_is_known_by_what_it_says(check_file, tmp_path):
    records = (apply("pr-7"), destroy("pr-7"), drift("prod", "clean"), preview("prod"))
    files = [saved(tmp_path / f"{index}.json", record) for index, record in enumerate(records)]

    sources = read_sources([check_file], files)

    assert sources.check == clean()
    assert sources.records == records
    assert sources.problems == ()


def test_the_folder_of_a_bundle_is_its_record(check_file, tmp_path):
    saved(tmp_path / "bundle" / "record.json", preview("dev"))

    assert read_sources([check_file], [tmp_path / "bundle"]).records == (preview("dev"),)


def test_two_records_of_one_step_and_stack_are_a_problem(check_file, tmp_path):
    files = [saved(tmp_path / name, preview("dev")) for name in ("a.json", "b.json")]

    sources = read_sources([check_file], files)

    assert sources.problems == (f"{files[1]}: is a second preview record of stack 'dev'; give one",)


def test_what_cannot_be_read_leaves_the_rest(tmp_path):
    file = saved(tmp_path / "a.json", preview("dev"))
    (tmp_path / "b.json").write_text('{"kind": "guess"}')

    sources = read_sources([tmp_path / "none.json"], [tmp_path / "b.json", file])

    assert sources.records == (preview("dev"),)
    assert sources.check.stacks == ()
    first, second = sources.problems
    assert first.endswith("none.json: No such file or directory")
    assert "b.json: the file: Input tag 'guess' found using 'kind' does not match any of the expected tags" in second


def test_the_judgement_of_a_base_stands_alone_and_beside_the_parts_of_the_changes_own_check(check_file, tmp_path):
    judged = tmp_path / "judged.json"
    judged.write_text(render("json", dataclasses.replace(clean(), guarded=guarded())), encoding="utf-8")

    alone, beside = (read_sources(files, []).check for files in ([judged], [check_file, judged]))

    assert alone.guarded == beside.guarded == guarded()
    assert [stack.stack for stack in alone.stacks] == [stack.stack for stack in beside.stacks]


def test_two_checks_of_one_stack_are_a_problem_and_the_first_is_reported(check_file):
    sources = read_sources([check_file, check_file], [])

    assert sources.problems == ("two of the checks have stack dev; give each part of one check once",)
    assert sources.check == clean()
