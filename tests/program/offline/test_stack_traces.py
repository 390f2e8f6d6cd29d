"""The short stack trace of a recording begins as the one that Pulumi's SDK takes."""

import pulumi
from pulumi.runtime import resource
from pulumi_aws import sns

from program.offline.stack_traces import short_stack_traces
from tests.program.recorded import find, record_program

WHOLE = resource._get_stack_trace


class Resource:
    def __init__(self):
        self.short, self.whole = resource._get_stack_trace(), WHOLE()


class Custom(Resource):
    def __init__(self):
        super().__init__()


class Topic(Custom):
    def __init__(self):
        super().__init__()


def make():
    return Topic()


def test_it_has_the_line_that_makes_the_resource_and_its_caller_s():
    with short_stack_traces():
        made = make()

    assert [frame.pc.line for frame in made.short.frames] == [frame.pc.line for frame in made.whole.frames[:2]]
    assert [frame.pc.uri for frame in made.short.frames] == [frame.pc.uri for frame in made.whole.frames[:2]]
    assert len(made.whole.frames) > 2


def test_where_no_resource_is_made_it_is_empty_as_pulumis():
    with short_stack_traces():
        short, whole = resource._get_stack_trace(), WHOLE()

    assert list(short.frames) == list(whole.frames) == []


def test_pulumis_own_is_there_again_afterwards():
    with short_stack_traces():
        assert resource._get_stack_trace is not WHOLE

    assert resource._get_stack_trace is WHOLE


def test_a_file_that_has_no_address_is_left_out():
    code = compile("make()", "<string>", "exec")
    with short_stack_traces():
        found = {"make": lambda: found.setdefault("made", Topic())}
        exec(code, found)

    assert len(found["made"].short.frames) == 2
    assert not found["made"].short.frames[1].HasField("pc")


def test_a_resource_of_a_recording_is_told_at_its_line():
    def program():
        sns.Topic("topic")
        pulumi.export("configManifest", "{}")

    assert find(record_program(program), "topic").source is None, "only lines of the program are told, not of a test"
