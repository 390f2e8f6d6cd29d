"""`apply`: exactly the bundle's plan or nothing, from the command line's door with recorded updates."""

import json
import signal
from pathlib import Path

import pytest

from program.engine.bundles.bundle import hashes_in, read_bundle, seal, write_record
from program.engine.records import ApplyRecord
from tests.program.engine.standin import CUT_OFF, RECORDED, STACK, exported


@pytest.fixture
def bundle(commands, tmp_path):
    """Return a function that previews a scene into a bundle, of a state."""

    def made(scene="first-preview", state="empty"):
        commands.pulumi.export(state)
        commands.pulumi.replay(scene)
        code, _, err = commands.run("preview", STACK, "--bundle", tmp_path / "bundle")
        assert code == 0, err
        return tmp_path / "bundle"

    return made


def apply(commands, bundle, *arguments):
    file = bundle.parent / "records" / "apply.json"
    code, out, err = commands.run("apply", STACK, "--bundle", bundle, "--format", "json", "--record", file, *arguments)
    record = ApplyRecord.model_validate_json(out)
    assert record == ApplyRecord.model_validate_json(file.read_text())
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    return code, record, err


def test_the_plan_is_applied_and_what_is_live_is_what_was_declared(commands, bundle):
    folder = bundle()
    commands.pulumi.export("empty", "deployed")
    commands.pulumi.replay("first-up")

    code, record, err = apply(commands, folder)

    assert (code, record.outcome, record.error, record.refusals) == (0, "applied", None, ())
    assert {change.operation for change in record.changes} == {"create"}
    assert record.differences == ()
    assert record.declared.config_hash == record.deployed.config_hash
    assert record.bundle == json.loads((folder / "record.json").read_text())["bundle"]
    assert all(change.source for change in record.changes)
    assert f"applying {STACK} ..." in err


def test_the_cli_gets_plan_pack_and_a_copy_of_the_stack_file_and_previews_again(commands, bundle):
    folder = bundle()
    commands.pulumi.export("empty", "deployed")
    commands.pulumi.replay("first-up")

    apply(commands, folder)

    options = commands.pulumi.options("up")
    assert options.pop("--event-log").endswith("/events.jsonl")
    copy = Path(options.pop("--config-file"))
    assert (copy.name, copy.parent.parent) == (f"Pulumi.{STACK}.yaml", commands.project / ".pulumi-state")
    assert not copy.exists()
    plan = Path(options.pop("--plan"))
    assert (plan.name, plan.exists()) == ("plan.json", False)
    assert not plan.is_relative_to(folder), "the plan is a copy that nobody else can write to"
    assert options == {
        "--yes": "",
        "--policy-pack": "policies",
        "--stack": STACK,
        "--non-interactive": "",
        "--color": "never",
    }
    assert commands.pulumi.commands[-3:] == ["stack export", "up", "stack export"]


def test_a_plan_that_was_made_with_the_clouds_word_is_applied_so(commands, tmp_path):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview", "changing-up")
    commands.run("preview", STACK, "--refresh", "--bundle", tmp_path / "bundle")

    apply(commands, tmp_path / "bundle")

    assert "--refresh" in commands.pulumi.options("up")


@pytest.mark.parametrize(("options", "asked"), [((), False), (("--refresh",), True)])
def test_an_apply_says_whether_it_asked_the_cloud(commands, tmp_path, options, asked):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview", "changing-up")
    commands.run("preview", STACK, *options, "--bundle", tmp_path / "bundle")

    _, record, _ = apply(commands, tmp_path / "bundle")
    excluded = commands.pulumi.options("up").get("--exclude", "")

    assert record.asked_cloud is asked
    # What rotation owns stays out of the refresh, which may miss it.
    assert excluded.endswith("::secrets-bootstrap") is asked


def test_a_state_that_has_moved_is_refused_and_nothing_is_run(commands, bundle):
    folder = bundle()
    commands.pulumi.export("deployed")

    code, record, _ = apply(commands, folder)

    assert (code, record.outcome) == (1, "refused")
    assert [refusal.code for refusal in record.refusals] == ["state"]
    assert "up" not in commands.pulumi.commands


def test_whatever_changed_after_the_preview_is_refused(commands, bundle):
    folder = bundle()
    (commands.project / "policies" / "new.py").write_text("")
    file = commands.project / "stacks" / f"Pulumi.{STACK}.yaml"
    file.write_text(f"{file.read_text()}  parity:lambdaTimeoutSeconds: 17\n")
    commands.pulumi.answer("version", stdout="v10.0.0\n")
    (folder / "plan.json").write_text("another plan")

    code, record, _ = apply(commands, folder)

    assert code == 1
    assert {refusal.code for refusal in record.refusals} == {"source", "pack", "cli", "config", "files"}


def test_data_is_lost_only_by_name(commands, bundle, monkeypatch):
    folder = bundle("changing-preview", "deployed")
    commands.pulumi.replay("changing-up")

    code, record, _ = apply(commands, folder)
    assert (code, record.outcome) == (1, "refused")
    (refusal,) = [refusal for refusal in record.refusals if "database-cluster," in refusal.expected]
    assert refusal.found == "replace, forced by databaseName; with it goes the database"
    names = [refusal.fix.split()[-1] for refusal in record.refusals]

    code, record, _ = apply(commands, folder, *(word for name in names for word in ("--confirm", name)))
    assert (code, record.refusals) == (0, ())

    monkeypatch.setenv("CONFIRM", " ".join(names))
    assert apply(commands, folder)[0] == 1
    monkeypatch.setenv("PARITY_CONFIRM", " ".join(names))
    assert apply(commands, folder)[0] == 0


def test_a_record_that_says_less_than_the_plan_loses_no_data(commands, bundle):
    folder = bundle("changing-preview", "deployed")
    record = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps(record | {"changes": []}))

    code, record, _ = apply(commands, folder)

    assert (code, record.outcome) == (1, "refused")
    assert "database-cluster" in {refusal.fix.split()[-1] for refusal in record.refusals}
    assert "up" not in commands.pulumi.commands


def test_a_plan_that_loses_more_than_the_log_says_is_refused(commands, bundle):
    folder = bundle("changing-preview", "deployed")
    preview_of_little = (RECORDED / "unchanged-preview" / "events.jsonl").read_bytes()
    (folder / "events.jsonl").write_bytes(preview_of_little)
    resealed(folder)

    code, record, _ = apply(commands, folder)

    assert code == 1
    assert [refusal.code for refusal in record.refusals] == ["plan", "unconfirmed", "unconfirmed"]
    assert "up" not in commands.pulumi.commands


def resealed(folder):
    """Seal the bundle anew, as somebody would who changed it and knows how."""
    found = read_bundle(folder)
    metadata = found.metadata.model_copy(update={"files": hashes_in(folder)})
    seal(folder, metadata)
    write_record(folder, found.record.model_copy(update={"bundle": metadata.digest}), "")


def test_a_refusal_leaves_the_record_of_the_apply_before(commands, bundle):
    folder = bundle()
    commands.pulumi.export("empty", "deployed")
    commands.pulumi.replay("first-up")
    assert commands.run("apply", STACK, "--bundle", folder)[0] == 0
    applied = (folder / "applied.json").read_bytes()

    assert commands.run("apply", STACK, "--bundle", folder)[0] == 1

    assert ApplyRecord.model_validate_json(applied).outcome == "applied"
    assert (folder / "applied.json").read_bytes() == applied


@pytest.mark.parametrize("word", CUT_OFF)
def test_after_an_update_that_was_cut_off_nothing_is_applied(commands, bundle, word):
    folder = bundle()
    left = commands.pulumi.cut_off(word)

    code, out, err = commands.run("apply", STACK, "--bundle", folder)

    assert (code, out) == (3, "")
    assert err.startswith(f"error: an update of stack {STACK} was cut off and left: {left}. `./parity recover")
    assert "up" not in commands.pulumi.commands
    assert not (folder / "applied.json").exists()


def test_the_password_of_a_backend_is_in_no_refusal(commands, bundle, monkeypatch):
    folder = bundle()
    monkeypatch.setenv("PULUMI_BACKEND_URL", "https://user:sesame@states.example/team?token=sesame")
    commands.pulumi.export("empty")

    _, record, err = apply(commands, folder)

    assert [(refusal.code, refusal.found) for refusal in record.refusals] == [
        ("backend", "https://states.example/team?token=[hidden]")
    ]
    assert "sesame" not in f"{record}{err}"


def test_something_else_that_is_live_than_was_declared_is_told(commands, bundle):
    folder = bundle()
    after = json.loads(exported("deployed"))
    for resource in after["deployment"]["resources"]:
        if resource["urn"].endswith("::database-cluster"):
            resource["inputs"]["backupRetentionPeriod"] = 1
    empty = {"stdout": exported("empty")}
    commands.pulumi.answer("stack export", empty, {"stdout": json.dumps(after)})
    commands.pulumi.replay("first-up")

    code, record, _ = apply(commands, folder)

    assert (code, record.outcome) == (1, "different")
    assert [(item.property, item.values["deployed"]) for item in record.differences] == [("backupRetentionPeriod", 1)]


def test_an_update_that_fails_says_why_and_what_it_did(commands, bundle):
    folder = bundle()
    commands.pulumi.export("empty", "half-deployed")
    commands.pulumi.replay("failing-up")

    code, record, _ = apply(commands, folder)

    assert (code, record.outcome) == (3, "failed")
    assert "AccessDenied: rds:CreateDBCluster is not allowed" in record.error
    assert "nothing was changed" not in record.error
    assert record.changes


def test_what_an_update_left_unfinished_is_named(commands, bundle):
    folder = bundle()
    pending = [{"type": "creating", "resource": {"urn": "urn:x"}}]
    empty = {"stdout": exported("empty")}
    left = {"stdout": json.dumps({"deployment": {"pending_operations": pending}})}
    commands.pulumi.answer("stack export", empty, left)
    commands.pulumi.answer("up", code=1, stderr="error: killed\n")

    _, record, _ = apply(commands, folder)

    assert record.error == (
        f"pulumi failed for stack {STACK} with exit code 1: killed; left unfinished: creating urn:x"
    )


def test_a_policy_that_stops_the_update_is_named(commands, bundle):
    folder = bundle()
    scene = folder.parent / "scene.jsonl"
    violation = {
        "policyPackName": "parity-guard",
        "policyName": "rds-encrypted",
        "enforcementLevel": "mandatory",
        "message": "it is off",
    }
    scene.write_text(json.dumps({"policyEvent": violation}) + "\n")
    commands.pulumi.answer("up", code=1, events=str(scene))

    _, record, _ = apply(commands, folder)

    assert record.error == "a mandatory policy stopped it: rds-encrypted: it is off; nothing was changed"


class TestOnceTheUpdateHasBegun:
    """Something may have been done, so that whatever goes wrong is a record."""

    def test_a_deployment_without_a_manifest_has_failed(self, commands, bundle):
        folder = bundle()
        commands.pulumi.export("empty", "empty")
        commands.pulumi.replay("first-up")

        code, record, _ = apply(commands, folder)

        assert (code, record.outcome) == (3, "failed")
        assert record.error == f"stack {STACK} has no output configManifest; the program exports it"

    def test_a_state_that_cannot_be_read_any_more_is_a_failure(self, commands, bundle):
        folder = bundle()
        unreadable = {"code": 1, "stderr": "error: could not list bucket: no\n"}
        commands.pulumi.answer("stack export", {"stdout": exported("empty")}, unreadable)
        commands.pulumi.replay("first-up")

        code, record, _ = apply(commands, folder)

        assert (code, record.outcome) == (3, "failed")
        assert record.error.startswith("the backend can't be reached or read (could not list bucket: no)")

    def test_an_event_log_that_cannot_be_read_is_a_failure(self, commands, bundle, tmp_path):
        folder = bundle()
        commands.pulumi.export("empty", "deployed")
        events = tmp_path / "events.jsonl"
        events.write_text('no JSON\n{"cancelEvent": {}}\n')
        commands.pulumi.answer("up", events=str(events))

        code, record, _ = apply(commands, folder)

        assert (code, record.outcome) == (3, "failed")
        assert record.error.startswith("the engine's event log can't be read (JSONDecodeError: ")

    def test_the_failure_is_kept_with_the_bundle(self, commands, bundle):
        folder = bundle()
        commands.pulumi.export("empty", "empty")
        commands.pulumi.replay("first-up")

        assert commands.run("apply", STACK, "--bundle", folder)[0] == 3

        assert json.loads((folder / "applied.json").read_text())["outcome"] == "failed"


def test_an_interruption_is_a_record(commands, bundle, tmp_path):
    folder = bundle()
    commands.pulumi.answer("up", signals=[signal.SIGINT], seconds=30)

    code, out, err = commands.run("apply", STACK, "--bundle", folder, "--record", tmp_path / "record.json")

    record = json.loads((tmp_path / "record.json").read_text())
    assert (code, record["outcome"]) == (130, "interrupted")
    assert record["error"] == "it was stopped before it had ended; preview again to see what is left to do"
    assert record["error"] in out
    assert f"it holds no lock of stack {STACK} any more" in err


def test_a_folder_without_a_bundle_is_one_line(commands, tmp_path):
    code, out, err = commands.run("apply", STACK, "--bundle", tmp_path)

    assert (code, out) == (3, "")
    assert err == f"error: {tmp_path / 'record.json'}: No such file or directory\n"


def test_a_state_that_moved_after_the_check_is_told_with_what_was_planned_and_what_was_done(commands, bundle, tmp_path):
    folder = bundle("changing-preview", "deployed")
    events = (RECORDED / "changing-up" / "events.jsonl").read_text().splitlines()
    moved = tmp_path / "moved.jsonl"
    moved.write_text("".join(f"{json.dumps(_from_another_timeout(json.loads(line)))}\n" for line in events))
    commands.pulumi.replay("changing-up", events=str(moved))
    losing = [word for name in ("database-cluster", "database-instance-0") for word in ("--confirm", name)]

    code, record, _ = apply(commands, folder, *losing)

    assert (code, record.outcome) == (1, "different")
    assert record.error.startswith(
        "the state moved after the bundle was checked: lambda-app-function timeout was planned"
    )
    assert "-> 20, and done 45 -> 20" in record.error


def _from_another_timeout(event):
    for kind in ("resourcePreEvent", "resOutputsEvent"):
        old = event.get(kind, {}).get("metadata", {}).get("old", {})
        if "timeout" in old.get("inputs", {}) and event[kind]["metadata"]["urn"].endswith("::lambda-app-function"):
            old["inputs"]["timeout"] = 45
    return event
