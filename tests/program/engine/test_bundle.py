"""A bundle is one folder, written whole or not at all, and read only when it is one."""

import datetime
import json
import os
import re

import pytest

from program.engine.bundles.bundle import (
    EVENTS_FILE,
    METADATA_FILE,
    PLAN_FILE,
    PREVIEW_FILE,
    RECORD_FILE,
    SUMMARY_FILE,
    Metadata,
    hashes_in,
    new_bundle,
    opened,
    read_bundle,
    seal,
    write_record,
)
from program.engine.records import PreviewRecord
from program.errors import CouldNotRunError

NOW = datetime.datetime(2030, 1, 2, 3, 4, tzinfo=datetime.UTC)


def metadata(**changed):
    fields = {
        "stack": "here",
        "commit": None,
        "source": "s",
        "pack": "p",
        "cli": "v1.2.3",
        "backend": "embedded",
        "state": "t",
        "config": "c",
        "created": NOW,
        "expires": NOW,
        "blocked": False,
        "refresh": False,
        "files": {},
    }
    return Metadata.model_validate(fields | changed)


def record(**changed):
    fields = {
        "stack": "here",
        "environment": "here",
        "region": "us-east-1",
        "commit": None,
        "seconds": 1,
        "outcome": "clean",
    }
    return PreviewRecord.model_validate(fields | changed)


def write(folder, **changed):
    with new_bundle(folder) as part:
        seal(part, metadata())
        write_record(part, record(**changed), "a summary")


def crash(folder, error):
    with new_bundle(folder) as part:
        (part / PLAN_FILE).write_text("half")
        raise error


def test_a_bundle_is_there_when_the_block_has_ended_and_nothing_beside_it(tmp_path):
    folder = tmp_path / "above" / "bundle"

    write(folder)

    assert sorted(path.name for path in folder.iterdir()) == [METADATA_FILE, RECORD_FILE, SUMMARY_FILE]
    assert list(folder.parent.iterdir()) == [folder]
    read = read_bundle(folder)
    assert (read.metadata, read.record, read.folder) == (metadata(), record(), folder)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_crash_in_the_block_leaves_the_bundle_that_was_there(tmp_path, error):
    folder = tmp_path / "bundle"
    write(folder, region="us-east-2")

    with pytest.raises(error):
        crash(folder, error)

    assert read_bundle(folder).record.region == "us-east-2"
    assert not (folder / PLAN_FILE).exists()
    assert list(tmp_path.iterdir()) == [folder]


def test_a_crash_in_the_block_leaves_no_bundle_where_none_was(tmp_path):
    with pytest.raises(RuntimeError):
        crash(tmp_path / "bundle", RuntimeError)

    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_was_there_is_replaced_whole(tmp_path):
    folder = tmp_path / "bundle"
    write(folder)
    (folder / PLAN_FILE).write_text("of the first")

    write(folder, region="eu-west-1")

    assert read_bundle(folder).record.region == "eu-west-1"
    assert not (folder / PLAN_FILE).exists()


@pytest.mark.parametrize("file", [METADATA_FILE, RECORD_FILE])
def test_what_is_left_of_a_bundle_is_replaced_too(tmp_path, file):
    (tmp_path / file).write_text("rubbish")

    write(tmp_path)

    assert read_bundle(tmp_path).record == record()


def test_an_empty_folder_becomes_one(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()

    write(folder)

    assert read_bundle(folder)


@pytest.mark.parametrize("beside", [(), (METADATA_FILE, RECORD_FILE, SUMMARY_FILE)], ids=["alone", "in a bundle"])
def test_a_folder_with_something_else_is_refused_and_left(tmp_path, beside):
    for name in ("precious", "wanted", *beside):
        (tmp_path / name).write_text("data")

    with pytest.raises(
        CouldNotRunError, match=r" holds precious and 1 more, which no preview wrote; name a new folder$"
    ):
        write(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {"precious", "wanted", *beside}


def test_a_folder_by_the_name_of_a_bundles_file_is_none(tmp_path):
    (tmp_path / PLAN_FILE).mkdir()

    with pytest.raises(CouldNotRunError, match=r" holds plan\.json, which no preview wrote; name a new folder$"):
        write(tmp_path)


def test_what_somebody_puts_there_during_the_preview_is_left_too(tmp_path):
    folder = tmp_path / "bundle"
    write(folder)

    def with_a_visitor():
        with new_bundle(folder) as part:
            (folder / "precious").write_text("data")
            write_record(part, record(), "a summary")

    with pytest.raises(CouldNotRunError, match=r"bundle holds precious, which no preview wrote; name a new folder$"):
        with_a_visitor()

    assert (folder / "precious").read_text() == "data"
    assert read_bundle(folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_bundle_is_opened_as_a_copy_that_nobody_changes_any_more(tmp_path):
    folder = tmp_path / "bundle"
    write(folder)
    (folder / PLAN_FILE).write_text("as it was judged")

    with opened(folder) as read:
        (folder / PLAN_FILE).write_text("as it was changed then")

        assert (read.folder / PLAN_FILE).read_text() == "as it was judged"
        assert read.folder.stat().st_mode & 0o077 == 0, "only its owner may look into the copy"
        assert read.metadata == metadata()
    assert not read.folder.exists()


def test_a_pipe_in_a_bundle_keeps_nobody_waiting(tmp_path):
    write(tmp_path / "bundle")
    os.mkfifo(tmp_path / "bundle" / PLAN_FILE)

    with pytest.raises(CouldNotRunError, match=r"plan\.json: is no ordinary file"), opened(tmp_path / "bundle"):
        pytest.fail("it was opened")


def test_the_digest_is_the_same_for_the_same_content_and_no_other():
    assert metadata().digest == metadata().digest
    assert metadata(files={"a": "1", "b": "2"}).digest == metadata(files={"b": "2", "a": "1"}).digest
    others = [metadata(stack="there"), metadata(files={"a": "1"}), metadata(blocked=True), metadata(commit="c")]
    assert len({item.digest for item in [metadata(), *others]}) == 5


def test_the_digest_survives_writing_and_reading(tmp_path):
    seal(tmp_path, metadata(commit="c"))

    assert Metadata.model_validate_json((tmp_path / METADATA_FILE).read_bytes()).digest == metadata(commit="c").digest


def test_the_files_that_are_there_are_sealed_by_their_hash(tmp_path):
    (tmp_path / PLAN_FILE).write_text("x")
    (tmp_path / PREVIEW_FILE).write_text("x")
    (tmp_path / EVENTS_FILE).write_text("y")
    (tmp_path / "another").write_text("z")

    hashes = hashes_in(tmp_path)

    assert set(hashes) == {PLAN_FILE, PREVIEW_FILE, EVENTS_FILE}
    assert hashes[PLAN_FILE] == hashes[PREVIEW_FILE] != hashes[EVENTS_FILE]


def test_a_bundle_of_a_failed_preview_is_refused_with_its_reason(tmp_path):
    write_record(tmp_path, record(outcome="failed", error="no backend"), "")

    with pytest.raises(CouldNotRunError, match=r"is of a preview that failed \(no backend\); preview again$"):
        read_bundle(tmp_path)


@pytest.mark.parametrize("text", [None, "", "no JSON", "{}", '{"stack": "here"}'])
def test_metadata_that_is_missing_or_none_is_refused(tmp_path, text):
    write_record(tmp_path, record(), "")
    if text is not None:
        (tmp_path / METADATA_FILE).write_text(text)

    with pytest.raises(CouldNotRunError, match=r"bundle\.json is missing or no bundle's metadata; preview again$"):
        read_bundle(tmp_path)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (None, r"record\.json: No such file or directory$"),
        ("no JSON", r"record\.json: the file: Invalid JSON.*; this version can't read it$"),
        ({"stack": 3}, r"record\.json: stack: Input should be a valid string; this version can't read it$"),
        ({"schemaVersion": 2}, r"record\.json: schemaVersion: Input should be 1; this version can't read it$"),
        ({"more": 1}, r"record\.json: more: Extra inputs are not permitted; this version can't read it$"),
        ({"kind": "apply"}, r"record\.json: kind: .*; this version can't read it$"),
    ],
    ids=str,
)
def test_a_record_that_is_missing_or_of_another_kind_is_refused(tmp_path, change, error):
    write(tmp_path)
    file = tmp_path / RECORD_FILE
    if isinstance(change, dict):
        file.write_text(json.dumps(json.loads(file.read_text()) | change))
    elif change:
        file.write_text(change)
    else:
        file.unlink()

    with pytest.raises(CouldNotRunError, match=error):
        read_bundle(tmp_path)
    with pytest.raises(CouldNotRunError, match=f"{re.escape(str(tmp_path))}.*{error}"), opened(tmp_path):
        pytest.fail("it was opened")
