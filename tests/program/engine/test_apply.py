"""`apply`: exactly the bundle's plan or nothing, from the command line's door with recorded updates."""

import json
import signal

import pytest

from program.engine.records import ApplyRecord
from tests.program.engine.standin import STACK, exported


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


def test_the_cli_gets_plan_pack_and_working_copy_and_previews_again(commands, bundle):
    folder = bundle()
    commands.pulumi.export("empty", "deployed")
    commands.pulumi.replay("first-up")

    apply(commands, folder)

    options = commands.pulumi.options("up")
    assert options.pop("--event-log").endswith("/events.jsonl")
    assert options == {
        "--yes": "",
        "--policy-pack": "policies",
        "--config-file": str(commands.project / ".pulumi-state" / "stacks" / f"Pulumi.{STACK}.yaml"),
        "--plan": str(folder / "plan.json"),
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
    assert refusal.found == "replace, forced by databaseName"
    names = [refusal.fix.split()[-1] for refusal in record.refusals]

    code, record, _ = apply(commands, folder, *(word for name in names for word in ("--confirm", name)))
    assert (code, record.refusals) == (0, ())

    monkeypatch.setenv("CONFIRM", " ".join(names))
    assert apply(commands, folder)[0] == 0


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


def test_a_deployment_without_a_manifest_is_one_line(commands, bundle):
    folder = bundle()
    commands.pulumi.export("empty", "empty")
    commands.pulumi.replay("first-up")

    code, out, err = commands.run("apply", STACK, "--bundle", folder)

    assert (code, out) == (3, "")
    assert f"error: stack {STACK} has no output configManifest; the program exports it" in err


def test_an_interruption_is_no_record(commands, bundle, tmp_path):
    folder = bundle()
    commands.pulumi.answer("up", signals=[signal.SIGINT], seconds=30)

    code, out, err = commands.run("apply", STACK, "--bundle", folder, "--record", tmp_path / "record.json")

    assert (code, out) == (130, "")
    assert f"it holds no lock of stack {STACK} any more" in err
    assert not (tmp_path / "record.json").exists()


def test_a_folder_without_a_bundle_is_one_line(commands, tmp_path):
    code, out, err = commands.run("apply", STACK, "--bundle", tmp_path)

    assert (code, out) == (3, "")
    assert err == f"error: {tmp_path / 'record.json'}: No such file or directory\n"
