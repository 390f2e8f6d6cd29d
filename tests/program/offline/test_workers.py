"""Tasks in forked processes: results in order, and a failure is one line that names the stack alone."""

import os
import time

import pytest

from policies.schema import ReviewedFileError
from program.errors import CouldNotRunError, ParityError
from program.offline.workers import in_workers


def run(task, items=("one", "two", "three"), jobs=2, done=lambda _name: None):
    return in_workers(task, items, jobs=jobs, name=lambda item: f"stack {item}", done=done)


def slowest_first(item):
    time.sleep({"one": 0.2, "two": 0.05, "three": 0}[item])
    return item.upper()


def test_results_stand_in_the_order_of_the_items_and_done_hears_each_name():
    heard = []

    assert run(slowest_first, done=heard.append) == ["ONE", "TWO", "THREE"]
    assert sorted(heard) == ["stack one", "stack three", "stack two"]


def test_every_task_has_a_process_of_its_own():
    pids = run(lambda _item: os.getpid())

    assert len({*pids, os.getpid()}) == 4


def test_what_takes_longest_is_begun_first_and_keeps_its_place(tmp_path):
    log = tmp_path / "log"

    def task(item):
        with log.open("a") as file:
            file.write(f"{item}\n")
        return item

    found = in_workers(
        task, ["a", "b", "long"], jobs=1, name=str, done=lambda _name: None, longest=lambda item: item == "long"
    )

    assert found == ["a", "b", "long"]
    assert log.read_text().split() == ["long", "a", "b"]


def test_no_items_are_no_work():
    assert run(slowest_first, items=()) == []


def test_an_expected_failure_arrives_as_itself():
    def task(item):
        raise ParityError(f"{item} can't be done")

    with pytest.raises(ParityError, match=r"^one can't be done$"):
        run(task, jobs=1)


def test_a_reviewed_file_that_a_worker_cannot_use_is_told_in_its_own_words():
    def task(_item):
        raise ReviewedFileError(["limits.yaml:2: not a number", "limits.yaml:3: not a name"])

    with pytest.raises(CouldNotRunError, match=r"^limits.yaml:2: not a number\nlimits.yaml:3: not a name$"):
        run(task, jobs=1)


def test_a_mistake_is_one_line_with_the_name_and_the_place_and_no_traceback(capfd):
    def task(_item):
        raise ValueError("no\nsuch thing")

    with pytest.raises(CouldNotRunError) as caught:
        run(task, jobs=1)

    message = str(caught.value)
    assert message.startswith("the worker for stack one failed: ValueError: no such thing (test_workers.py:")
    assert "\n" not in message
    assert capfd.readouterr().err == ""


def test_a_task_that_ends_its_process_is_told_by_name_and_exit_code():
    with pytest.raises(CouldNotRunError, match=r"^the worker for stack one ended early, with exit code 7$"):
        run(lambda _item: os._exit(7), jobs=1)


def test_an_interrupted_task_leaves_no_traceback(capfd):
    def task(_item):
        raise KeyboardInterrupt

    with pytest.raises(CouldNotRunError, match="stack one ended early, with exit code 130"):
        run(task, jobs=1)

    assert capfd.readouterr().err == ""


def test_the_others_are_stopped_when_one_fails():
    def task(item):
        if item == "one":
            raise ParityError("it can't be done")
        time.sleep(60)

    began = time.monotonic()
    with pytest.raises(ParityError):
        run(task)

    assert time.monotonic() - began < 20, "in_workers waited for the other worker: it must terminate it"


def test_what_an_item_needs_is_loaded_just_before_its_process_is_forked():
    loaded = []

    found = in_workers(
        lambda item: (item, tuple(loaded)), ["a", "b"], jobs=1, name=str, done=lambda _name: None, before=loaded.append
    )

    assert found == [("a", ("a",)), ("b", ("a", "b"))]


def test_what_can_not_be_loaded_ends_those_that_run(tmp_path):
    running = tmp_path / "running"

    def task(_item):
        running.touch()
        time.sleep(60)

    def before(item):
        if item == "b":
            # A process that coverage has not reached yet would not hear that it is to end.
            while not running.exists():
                time.sleep(0.01)
            raise CouldNotRunError("a table can't be read")

    began = time.monotonic()
    with pytest.raises(CouldNotRunError, match=r"^a table can't be read$"):
        in_workers(task, ["a", "b"], jobs=2, name=str, done=lambda _name: None, before=before)

    assert time.monotonic() - began < 20, "in_workers waited for the other worker: it must terminate it"
