"""Who holds a stack's lock is read where the CLI keeps it, and an update that runs is waited for."""

import io
import json
import os
import socket
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from program.engine.pulumi_cli import locks as module
from program.engine.pulumi_cli import turn
from program.engine.pulumi_cli.locks import locks_of
from program.engine.pulumi_cli.turn import take_turn
from program.errors import CouldNotRunError
from tests.program.engine.standin import STACK

FOLDER = f".pulumi/locks/organization/parity/{STACK}"
# No process has it: Linux numbers them below 2^22.
NOBODY = 1 << 30


def lock(pid=7, host="another", time="2026-11-26T10:19:39.762513674Z"):
    return json.dumps({"pid": pid, "username": "me", "hostname": host, "timestamp": time})


def held(state, name="a", **lock_):
    """Let a lock lie in the folder of the backend."""
    file = state / FOLDER / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(lock(**lock_))
    return file


def test_the_locks_of_a_folder_are_told_the_oldest_first(tmp_path):
    held(tmp_path, "a", time="2026-11-26T10:20:00Z")
    held(tmp_path, "b", pid=8, time="2026-11-26T12:19:39.5+02:00")
    (tmp_path / FOLDER / "half.json").write_text('{"pid"')
    (tmp_path / FOLDER / "a.json.attrs").write_text("{}")

    found = locks_of(f"file://{tmp_path}?no_tmp_dir=true", "parity", STACK, tmp_path)

    assert [item.shown for item in found] == [
        "me@another (pid 8) since 2026-11-26 10:19 UTC",
        "me@another (pid 7) since 2026-11-26 10:20 UTC",
    ]
    assert not any(item.is_left for item in found), "of another machine's process nothing is known"


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", lock(pid=float("inf")).encode(), b"[]", b"{}"], ids=["no text", "no number", "list", "empty"]
)
def test_what_is_no_lock_is_left_out(tmp_path, text):
    held(tmp_path, "a", time="2026-11-26T10:20:00")
    held(tmp_path, "b", time="2026-11-26T10:19:00Z")
    (tmp_path / FOLDER / "c.json").write_bytes(text)

    found = locks_of(f"file://{tmp_path}", "parity", STACK, tmp_path)

    assert [f"{item.since:%M %Z}" for item in found] == ["19 UTC", "20 UTC"], "a time without a zone is one of UTC"


def test_a_relative_folder_is_the_projects_and_a_tilde_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    held(tmp_path / "states")

    assert locks_of("file://./states", "parity", STACK, tmp_path)
    assert locks_of("file://~/states", "parity", STACK, tmp_path / "elsewhere")
    assert locks_of("gs://states", "parity", STACK, tmp_path) == ()


@pytest.mark.parametrize(
    ("pid", "left"),
    [(NOBODY, True), (os.getpid(), False), (1, False)],
    ids=["nobody", "this process", "the first process"],
)
def test_a_lock_of_this_machine_is_left_when_its_process_is_gone(tmp_path, pid, left):
    held(tmp_path, pid=pid, host=socket.gethostname())

    (found,) = locks_of(f"file://{tmp_path}", "parity", STACK, tmp_path)

    assert found.is_left is left


class Bucket:
    """What S3 answers."""

    class exceptions:  # noqa: N801  # S3's own name
        NoSuchKey = KeyError

    def __init__(self, objects):
        self.objects, self.asked = objects, []

    def get_paginator(self, operation):
        assert operation == "list_objects_v2"
        return self

    def paginate(self, **asked):
        self.asked.append(asked)
        yield {"Contents": [{"Key": key} for key in self.objects] + [{"Key": "gone.json"}]}
        yield {}

    def get_object(self, *, Bucket, Key):  # noqa: N803
        assert Bucket == "states"
        return {"Body": io.BytesIO(self.objects[Key].encode())}


def test_the_locks_of_a_bucket_are_told_and_what_goes_meanwhile_is_left_out(monkeypatch, tmp_path):
    bucket = Bucket({f"team/{FOLDER}/a.json": lock(), f"team/{FOLDER}/a.json.attrs": "{}"})
    monkeypatch.setattr(module, "_client", lambda _: bucket)

    (found,) = locks_of("s3://states/team?region=us-east-1", "parity", STACK, tmp_path)

    assert found.pid == 7
    assert bucket.asked == [{"Bucket": "states", "Prefix": f"team/{FOLDER}/"}]


def test_a_bucket_that_cannot_be_read_is_left_to_the_cli_to_tell(monkeypatch, tmp_path):
    class Refusing(Bucket):
        def paginate(self, **_):
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListObjectsV2")

    monkeypatch.setattr(module, "_client", lambda _: Refusing({}))

    assert locks_of("s3://states", "parity", STACK, tmp_path) == ()


@pytest.mark.parametrize("endpoint", ["minio.example:9000", "https://minio.example:9000"])
def test_s3_is_asked_where_the_address_says(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)

    client = module._client(urlsplit(f"s3://states?region=eu-west-1&endpoint={endpoint}"))

    assert client.meta.endpoint_url == "https://minio.example:9000"
    assert client.meta.region_name == "eu-west-1"


def test_an_update_that_runs_is_named_with_what_can_be_done(place, said):
    held(place.root / ".pulumi-state")

    with pytest.raises(CouldNotRunError) as refused:
        take_turn(place, said.append, seconds=0)

    assert str(refused.value) == (
        f"stack {STACK} is being updated by me@another (pid 7) since 2026-11-26 10:19 UTC; wait for it (--wait "
        f"SECONDS), or, where that update is known to be over, `./parity recover {STACK}` takes its lock "
        f"off"
    )


def test_an_update_that_ends_is_waited_for(place, said, monkeypatch):
    file = held(place.root / ".pulumi-state")
    monkeypatch.setattr(turn.time, "sleep", lambda _: file.unlink())

    take_turn(place, said.append, seconds=60)

    assert said[-1].startswith(f"stack {STACK} is being updated by me@another (pid 7) since")
    assert said[-1].endswith("waiting, for at most 60 seconds ...")


def test_an_update_whose_process_is_gone_is_not_waited_for(place, said, monkeypatch):
    held(place.root / ".pulumi-state", pid=NOBODY, host=socket.gethostname())
    monkeypatch.setattr(turn.time, "sleep", lambda _: pytest.fail("nothing ends what is gone"))

    with pytest.raises(CouldNotRunError, match=f"^an update of stack {STACK} was cut off: its lock is held .* recover"):
        take_turn(place, said.append, seconds=60)
