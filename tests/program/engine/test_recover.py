"""`recover`: nothing without being told to, from the command line's door with a stand-in for the CLI."""

import json
import os
import socket
import stat

import pytest
import yaml

from program.engine.pulumi_cli.scratch_folders import scratch_folder
from program.engine.recovery.record import RecoverRecord
from tests.program.engine.standin import STACK, exported
from tests.program.engine.test_locks import NOBODY, held

CLUSTER = "database-cluster"


@pytest.fixture
def backend(commands):
    """Return the backend's folder."""
    folder = commands.project / ".pulumi-state"
    folder.mkdir()
    return folder


def left(word="creating", name=CLUSTER):
    """Return the recorded deployment with one operation that was cut off."""
    data = json.loads(exported("deployed"))
    deployment = data["deployment"]
    (resource,) = [item for item in deployment["resources"] if item["urn"].endswith(f"::{name}")]
    if word == "creating":
        deployment["resources"].remove(resource)
    deployment["pending_operations"] = [{"type": word, "resource": resource}]
    return json.dumps(data)


def refreshed():
    data = json.loads(left())
    data["deployment"]["pending_operations"] = []
    return json.dumps(data)


@pytest.fixture
def cut_off(commands, backend):  # noqa: ARG001  # the backend is there
    """Let a create be cut off that made nothing, and everything else be as it was."""

    def scene(*more):
        commands.pulumi.answer("stack export", *({"stdout": text} for text in (left(), refreshed(), *more)))
        for command in ("stack import", "cancel", "refresh"):
            commands.pulumi.answer(command)
        commands.pulumi.replay("unchanged-preview")

    return scene


def recover(commands, tmp_path, *options):
    file = tmp_path / "recover.json"
    code, out, err = commands.run("recover", STACK, "--format", "json", "--record", file, *options)
    record = RecoverRecord.model_validate_json(out)
    assert record == RecoverRecord.model_validate_json(file.read_text())
    return code, record, err


def test_a_stack_that_nothing_happened_to_needs_nothing(commands, tmp_path, backend):
    assert backend.is_dir()
    commands.pulumi.export("deployed")

    code, record, _ = recover(commands, tmp_path)

    assert (code, record.outcome, record.fates) == (0, "nothing", ())
    assert commands.pulumi.commands == ["stack export"]
    assert commands.run("recover", STACK)[1].startswith(
        f"NOTHING  {STACK}: no lock, and no operation that was cut off ("
    )


def test_without_yes_it_only_says_what_is(commands, tmp_path, cut_off):
    cut_off()

    code, record, _ = recover(commands, tmp_path)

    assert (code, record.outcome) == (1, "found")
    assert [(fate.name, fate.action) for fate in record.fates] == [(CLUSTER, "clear")]
    assert commands.pulumi.commands == ["stack export", "stack init", "stack import", "refresh", "stack export"]
    written = {
        call["environment"]["PULUMI_BACKEND_URL"] for call in commands.pulumi.calls if "import" in call["command"]
    }
    assert "/recover-" in written.pop(), "nothing but the scratch stack is written"


def test_what_was_found_is_told_with_the_command_that_does_it(commands, cut_off):
    cut_off()

    code, out, _ = commands.run("recover", STACK)

    assert code == 1
    assert f"clear    creating aws:rds/cluster:Cluster {CLUSTER}: it was not made" in out
    assert f"FOUND  {STACK}: 1 to clear; do it: ./parity recover {STACK} --yes (" in out


def test_with_yes_the_state_is_mended_kept_as_it_was_and_previewed(commands, tmp_path, cut_off):
    cut_off(left(), exported("deployed"))
    stack_file = commands.project / "stacks" / f"Pulumi.{STACK}.yaml"
    before = stack_file.read_bytes()

    code, record, err = recover(commands, tmp_path, "--yes", "--bundle", tmp_path / "bundle")

    assert (code, record.outcome) == (0, "recovered")
    backup = commands.project / record.backup
    assert backup.read_text() == left()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert commands.pulumi.commands[-4:] == ["stack export", "stack import", "stack export", "preview"]
    assert commands.pulumi.call("stack import")["environment"]["PULUMI_BACKEND_URL"].endswith(".pulumi-state")
    assert "cancel" not in commands.pulumi.commands
    assert (tmp_path / "bundle" / "plan.json").exists()
    assert f"NO CHANGE  {STACK}" in err
    assert stack_file.read_bytes() == before


def test_what_was_done_is_told_with_the_way_back(commands, cut_off):
    cut_off(left(), exported("deployed"))

    code, out, _ = commands.run("recover", STACK, "--yes")

    assert code == 0
    assert f"back to it: pulumi stack import --stack {STACK} --file .pulumi-state/backups/{STACK}-" in out
    assert f"RECOVERED  {STACK}: 1 cleared (" in out
    assert f"NO CHANGE  {STACK}" in out


def test_a_state_that_moves_meanwhile_is_left_as_it_is(commands, cut_off):
    cut_off(exported("deployed"))

    code, out, err = commands.run("recover", STACK, "--yes")

    assert (code, out) == (3, "")
    assert err.splitlines()[-1] == (
        f"error: the state of stack {STACK} moved while the cloud was asked; nothing was changed: recover again"
    )
    assert commands.pulumi.commands[-1] == "stack export"


@pytest.mark.parametrize(("options", "more"), [((), "--unlock"), (("--yes",), "--yes --unlock")])
def test_an_update_that_may_run_is_left_alone(commands, tmp_path, backend, options, more):
    held(backend)

    code, record, _ = recover(commands, tmp_path, *options)

    assert (code, record.outcome) == (1, "refused")
    (refusal,) = record.refusals
    assert refusal.found == "a lock of me@another (pid 7) since 2026-11-26 10:19 UTC"
    assert refusal.fix == f"if that update is known to be over: `./parity recover {STACK} {more}`"
    assert commands.pulumi.commands == []
    assert "nothing was looked at, and nothing was changed" in commands.run("recover", STACK, *options)[1]


def test_a_lock_of_a_process_that_is_gone_goes_when_that_is_said(commands, tmp_path, backend):
    held(backend, pid=NOBODY, host=socket.gethostname())
    commands.pulumi.export("deployed")
    commands.pulumi.answer("cancel")
    commands.pulumi.replay("unchanged-preview")

    code, out, _ = commands.run("recover", STACK)
    assert code == 1
    assert "1 lock to take off; do it: ./parity recover dev --yes --unlock" in out
    code, record, _ = recover(commands, tmp_path, "--yes")
    assert (code, record.refusals[0].fix.partition(":")[0]) == (1, "that process is gone")
    assert "cancel" not in commands.pulumi.commands
    # The stand-in takes no lock off, so that the preview finds it again.
    code, record, _ = recover(commands, tmp_path, "--yes", "--unlock")

    assert (code, record.outcome, record.backup) == (3, "recovered", None)
    assert "cancel" in commands.pulumi.commands
    assert set(commands.pulumi.options("cancel")) == {"--yes", "--stack", "--non-interactive", "--color"}
    assert "1 lock taken off" in commands.run("recover", STACK, "--yes", "--unlock")[1]


def test_a_lock_that_somebody_takes_meanwhile_is_not_taken_off(commands, backend, cut_off, monkeypatch):
    cut_off()
    answers = iter([(), held_locks(backend)])
    monkeypatch.setattr("program.engine.pulumi_cli.workspace.locks_of", lambda *_: next(answers))

    code, _, err = commands.run("recover", STACK, "--yes", "--unlock")

    assert code == 3
    assert err.splitlines()[-1].startswith(
        f"error: somebody took the lock of stack {STACK} meanwhile; nothing was changed"
    )
    assert "cancel" not in commands.pulumi.commands


def held_locks(backend):
    from program.engine.pulumi_cli.locks import locks_of

    held(backend)
    return locks_of(f"file://{backend}", "parity", STACK, backend)


def test_a_lock_that_cannot_be_seen_goes_too_when_that_is_said(commands, tmp_path, backend):
    assert backend.is_dir()
    commands.pulumi.export("deployed")
    commands.pulumi.answer("cancel")
    commands.pulumi.replay("unchanged-preview")

    code, record, _ = recover(commands, tmp_path, "--yes", "--unlock")

    assert (code, record.outcome) == (0, "recovered")
    assert "cancel" in commands.pulumi.commands
    assert f"RECOVERED  {STACK}: no operation was cut off (" in commands.run("recover", STACK, "--yes", "--unlock")[1]


@pytest.mark.parametrize("command", ["refresh", "preview"])
def test_a_cloud_that_cannot_be_asked_is_one_line_and_nothing_is_changed(commands, cut_off, command):
    cut_off(left(), left())
    if command == "preview":
        group = json.loads(left("creating", "database-security-group"))
        commands.pulumi.answer("stack export", stdout=json.dumps(group))
    commands.pulumi.answer(command, code=1, stderr="error: AccessDenied: no\n")

    code, out, err = commands.run("recover", STACK, "--yes")

    assert (code, out) == (3, "")
    assert "AccessDenied: no" in err.splitlines()[-1]
    assert not (commands.project / ".pulumi-state" / "backups").exists()


def test_the_provider_is_asked_by_a_program_of_the_scratch_stack(commands, tmp_path, cut_off):
    data = left("creating", "database-security-group")
    urn = json.loads(data)["deployment"]["pending_operations"][0]["resource"]["urn"]
    told = tmp_path / "told.jsonl"
    step = {"op": "create", "urn": "urn:x", "type": "pulumi:pulumi:Stack", "new": {"outputs": {urn: {"ids": []}}}}
    told.write_text(json.dumps({"resOutputsEvent": {"metadata": step, "planning": True}}) + "\n")
    cut_off()
    commands.pulumi.answer("stack export", {"stdout": data}, {"stdout": refreshed()})
    commands.pulumi.answer("preview", events=str(told), copies={f"Pulumi.{STACK}.yaml": str(tmp_path / "asked.yaml")})

    code, record, _ = recover(commands, tmp_path)

    assert (code, [fate.action for fate in record.fates]) == (1, ["clear"])
    asked = json.loads(yaml.safe_load((tmp_path / "asked.yaml").read_text())["config"]["asked"])
    (function, arguments) = asked[urn]
    assert function == "aws:ec2/getSecurityGroups:getSecurityGroups"
    assert {item["name"] for item in arguments["filters"]} == {"group-name", "vpc-id"}


def test_a_stack_file_with_another_provider_of_secrets_is_copied_with_its_keys(
    commands, tmp_path, cut_off, monkeypatch
):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "")
    file = commands.project / "stacks" / f"Pulumi.{STACK}.yaml"
    file.write_text(file.read_text() + "secretsprovider: awskms://alias/x?region=us-east-1\nencryptedkey: abc\n")
    cut_off()

    assert recover(commands, tmp_path)[0] == 1

    assert commands.pulumi.options("stack init")["--secrets-provider"] == "awskms://alias/x?region=us-east-1"


def test_what_a_killed_run_left_is_removed_and_nothing_else(commands, backend):
    commands.pulumi.export("deployed")
    mine = {name: backend / name for name in (f"run-{NOBODY}-ab1_", f"recover-{os.getpid()}-x", "init-1-y")}
    others = {name: backend / name for name in ("run-abc", "my-own-folder")}
    for folder in (*mine.values(), *others.values()):
        folder.mkdir()

    with scratch_folder("run", backend) as of_a_run:
        commands.run("recover", STACK)
        assert of_a_run.exists()

    assert not [name for name, folder in mine.items() if folder.exists()]
    assert [name for name, folder in others.items() if folder.exists()] == list(others)
