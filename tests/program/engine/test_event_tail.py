"""While the engine works, each step is said once."""

import json
import threading

import pytest

from program.engine.pulumi_cli.event_tail import following

URN = "urn:pulumi:here::parity::aws:sns/topic:Topic::{}"


def begin(operation, name="topic"):
    metadata = {"op": operation, "urn": URN.format(name), "type": "aws:sns/topic:Topic", "keys": ["planning"]}
    return json.dumps({"resourcePreEvent": {"metadata": metadata}})


def test_every_step_is_said_once_and_what_changes_nothing_is_no_news(tmp_path):
    said, log = [], tmp_path / "events.jsonl"

    with following(log, said.append):
        lines = [begin("create"), begin("create"), begin("same"), begin("read"), begin("refresh")]
        log.write_text("\n".join([*lines, begin("update", "other")]) + "\n")

    assert said == ["  create   aws:sns/topic:Topic topic", "  update   aws:sns/topic:Topic other"]


@pytest.mark.parametrize(
    "line", ["no JSON", "{}", "3", '"text"', '{"resourcePreEvent": {}}', '{"resourcePreEvent": 3}']
)
def test_a_line_that_cannot_be_read_is_left_to_whoever_reads_the_whole(tmp_path, line):
    said, log = [], tmp_path / "events.jsonl"

    with following(log, said.append):
        log.write_text(f"{line}\n{begin('create')}\n")

    assert said == ["  create   aws:sns/topic:Topic topic"]


def test_a_line_feed_alone_ends_a_line(tmp_path):
    said, log = [], tmp_path / "events.jsonl"

    with following(log, said.append):
        log.write_text(begin("create").replace("planning", "\u2028\u0085") + "\n")

    assert said == ["  create   aws:sns/topic:Topic topic"]


def test_a_line_that_comes_in_two_parts_is_read_whole(tmp_path):
    said, log = [], tmp_path / "events.jsonl"
    line = begin("create") + "\n"

    with following(log, said.append), log.open("w") as stream:
        stream.write(line[:20])
        stream.flush()
        stream.write(line[20:])
        stream.write(begin("delete"))

    assert said == ["  create   aws:sns/topic:Topic topic"]


def test_a_step_is_said_while_the_engine_works(tmp_path):
    log = tmp_path / "events.jsonl"
    heard = Heard()

    with following(log, heard), log.open("w") as stream:
        stream.write(begin("create") + "\n")
        stream.flush()
        assert heard.event.wait(10)


def test_an_engine_that_writes_no_log_is_followed_to_its_end(tmp_path):
    said = []

    with following(tmp_path / "nothing", said.append):
        pass

    assert said == []


class Heard:
    def __init__(self):
        self.event = threading.Event()

    def __call__(self, _text):
        self.event.set()
