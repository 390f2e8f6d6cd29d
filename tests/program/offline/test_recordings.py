"""What a stack registers is data: written and read again, it is judged the same."""

import contextlib
import json
import socket
from dataclasses import replace

import pytest
from pydantic import BaseModel

from policies.limits import load_limits
from policies.wire import Outcome
from program.errors import CouldNotRunError, Problem
from program.offline import check as module
from program.offline.documents import validated
from program.offline.examination import record_stack
from program.offline.judged_stacks import judge_all
from program.offline.judgement import judge_recorded
from program.offline.packs import pack_host
from program.offline.recordings import StackRecording, read_recordings, written
from program.offline.result import CheckResult, Finding
from program.offline.stacks import read_stacks
from program.project.definition import ROOT
from program.project.stackfile import stack_names


@pytest.fixture(scope="module")
def recordings():
    return module.record_all(stack_names(), load_limits(), jobs=2, done=lambda _: None)


def test_what_was_written_is_judged_as_what_was_recorded(recordings, tmp_path):
    file = tmp_path / "recorded.json"
    file.write_text(written(recordings))
    limits = load_limits()
    stacks = read_stacks(stack_names(), limits, ROOT)

    read = read_recordings(file)

    assert written(read) == written(recordings)
    with pack_host() as packs:
        one, other = (
            judge_all(each, stacks, limits, jobs=2, done=lambda _: None, packs=packs) for each in (recordings, read)
        )
    assert one == other
    assert isinstance(one, CheckResult)
    assert one.ok


def test_two_recordings_are_the_same_bytes(recordings):
    again = module.record_all(stack_names(), load_limits(), jobs=1, done=lambda _: None)

    assert written(again) == written(recordings)
    assert str(ROOT) not in written(recordings).replace(f"{ROOT}/lambda", "")


def test_a_stack_that_was_not_recorded_is_a_finding():
    (stack,) = read_stacks(("dev",), load_limits(), ROOT)

    (finding,) = judge_recorded(stack, {}, load_limits(), None).findings

    assert finding.message == "the program stopped: nothing was recorded of the stack; write it anew with `record`"


def test_what_stopped_a_program_in_the_settings_is_written_and_read_again(tmp_path):
    refused = (Problem("parity:lambdaMemory", "is 7"), Problem(None, "is no stack", "stacks/Pulumi.dev.yaml:3"))
    stopped = StackRecording(stack="prod", problem="settings of stack prod: ...", refused=refused)
    file = tmp_path / "recorded.json"
    file.write_text(written([stopped]))
    (stack,) = read_stacks(("prod",), load_limits(), ROOT)

    assert read_recordings(file) == [stopped]
    findings = judge_recorded(stack, {"prod": stopped}, load_limits(), None).findings
    line = stack.file.line("parity:lambdaMemory")
    assert [(each.rule, each.message, each.source) for each in findings] == [
        ("stack-settings", "is 7", f"stacks/Pulumi.prod.yaml:{line}"),
        ("stack-settings", "is no stack", "stacks/Pulumi.dev.yaml:3"),
    ]


def test_what_the_own_guard_refuses_of_the_settings_is_told_though_another_guard_takes_them():
    (stack,) = read_stacks(("prod",), load_limits(), ROOT)
    refused = Finding(
        rule="stack-settings",
        level="mandatory",
        outcome="failed",
        resource=None,
        message="parity:lambdaMemory is too small",
        source="stacks/Pulumi.prod.yaml:9",
    )
    recording = record_stack(replace(stack, settings=None, findings=(refused,)), load_limits())

    assert "parity:lambdaMemory is too small" in recording.problem, "a guard of an older version reads that alone"
    assert judge_recorded(stack, {"prod": recording}, load_limits(), None).findings == (refused,)
    twice = replace(stack, findings=(refused,))
    assert judge_recorded(twice, {"prod": recording}, load_limits(), None).findings == (refused,)


def test_a_program_without_its_outputs_is_a_finding():
    (stack,) = read_stacks(("dev",), load_limits(), ROOT)

    for outputs in ({}, {"configManifest": "{"}, {"configManifest": "[]"}, {"configManifest": '{"configuration": 1}'}):
        recording = StackRecording(stack="dev", outputs=outputs)
        (finding,) = judge_recorded(stack, {"dev": recording}, load_limits(), None).findings
        assert finding.message == "the program exports no configManifest; the stack's own outputs have it"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "the file: Invalid JSON"),
        ('{"schemaVersion": 2, "stacks": []}', "schemaVersion: Input should be 1"),
        ('{"schemaVersion": 1, "stacks": [{"stack": "dev"}]}', "stacks.0.registrations: Field required"),
    ],
)
def test_what_this_version_cannot_read_is_one_line(tmp_path, text, message):
    file = tmp_path / "recorded.json"
    file.write_text(text)

    with pytest.raises(CouldNotRunError) as error:
        read_recordings(file)

    assert str(error.value).startswith(f"{file}: {message}")
    assert len(str(error.value).splitlines()) == 1


def test_a_stack_that_is_in_it_twice_is_refused(recordings, tmp_path):
    file = tmp_path / "recorded.json"
    file.write_text(written([recordings[0], recordings[0]]))

    with pytest.raises(CouldNotRunError, match="a stack is in it twice"):
        read_recordings(file)


def test_keys_of_a_newer_version_are_left_aside(recordings, tmp_path):
    file = tmp_path / "recorded.json"
    document = json.loads(written(recordings))
    document["stacks"][0]["registrations"][0]["color"] = "red"
    file.write_text(json.dumps(document))

    assert written(read_recordings(file)) == written(recordings)


def test_what_is_no_ordinary_file_is_not_read(tmp_path):
    with pytest.raises(CouldNotRunError, match="is no ordinary file; give one that a job of ours wrote"):
        validated(BaseModel, tmp_path, 10)


def test_a_host_ends_with_all_its_packs():
    with pack_host() as packs, packs.pack(stack="dev", config={}) as one, packs.pack(stack="prod", config={}) as other:
        for port in (one, other):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()

    for port in (one, other):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_host_goes_on_when_somebody_hangs_up():
    with pack_host() as packs:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(packs.address)
        with packs.pack(stack="dev", config={}) as port:
            assert port > 0


def test_packs_end_with_their_host():
    with pack_host() as packs:
        caller = socket.socket(socket.AF_UNIX)
        caller.connect(packs.address)
        request = {"environment": {"PULUMI_STACK": "dev"}, "errors": str(packs.folder / "errors")}
        caller.sendall(json.dumps(request).encode() + b"\n")
        port = int(caller.recv(16))

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    caller.close()


class _Undecided:
    """A pack that can't decide one rule, whatever it is asked."""

    def __init__(self, rule):
        self.rule = rule

    def judge(self, _resources):
        return (Outcome(rule=self.rule, level="advisory", outcome="undecided", resource=None, message="not known"),)


@pytest.mark.parametrize(
    ("rule", "fails", "level"),
    [
        ("rds-encrypted", True, "mandatory"),
        ("rds-encrypted", False, "advisory"),
        ("sns-subscribed", True, "advisory"),
    ],
)
def test_what_is_undecided_offline_fails_where_the_environment_says_so(recordings, monkeypatch, rule, fails, level):
    limits = load_limits()
    dev = limits.environments["dev"].model_copy(update={"undecided_fails": fails, "levels": {}})
    limits = limits.model_copy(update={"environments": {**limits.environments, "dev": dev}})
    monkeypatch.setattr(
        "program.offline.analysis.running_pack", lambda *_, **__: contextlib.nullcontext(_Undecided(rule))
    )
    (stack,) = read_stacks(("dev",), limits, ROOT)

    result = judge_recorded(stack, {each.stack: each for each in recordings}, limits, object())

    (finding,) = result.findings
    assert (finding.outcome, finding.level, finding.blocks) == ("undecided", level, level == "mandatory")
