"""`preview`, from the command line's door to the bundle, with what a real engine was recorded saying."""

import dataclasses
import json
import signal
from pathlib import Path

import pytest

from program.engine.bundles.bundle import PLAN_FILE, PREVIEW_FILE, hashes_in, read_bundle
from program.engine.records import PreviewRecord
from program.offline.result import Finding
from tests.program.engine.standin import CUT_OFF, NO_SUCH_STACK, STACK, VERSION, exported, recorded_checkpoint

SEALED = {
    "bundle.json",
    "declared.json",
    "events.jsonl",
    "plan.json",
    "planned.json",
    "policies.json",
    "preview.json",
}
WRITTEN = {"record.json", "summary.md"}


@pytest.fixture
def bundle(tmp_path):
    return tmp_path / "bundle"


def preview(commands, bundle, *arguments):
    """Return exit code and record of a preview; stdout holds the record that the bundle has."""
    code, out, _ = commands.run("preview", STACK, "--bundle", bundle, "--format", "json", *arguments)
    record = PreviewRecord.model_validate_json(out)
    assert record == PreviewRecord.model_validate_json((bundle / "record.json").read_text())
    return code, record


def files(folder):
    return {path.name for path in folder.iterdir()}


def test_a_first_preview_makes_the_stack_and_a_bundle(commands, bundle):
    commands.pulumi.export(None, "empty")
    commands.pulumi.replay("first-preview")

    code, record = preview(commands, bundle)

    assert (code, record.outcome, record.error) == (0, "clean", None)
    assert {change.operation for change in record.changes} == {"create"}
    assert record.unchanged == 0
    assert not [finding for finding in record.findings if finding.blocks]
    assert record.planned.unknowns > 0
    assert record.planned.resources_hash is None
    assert record.declared.config_hash == record.planned.config_hash
    assert record.deployed is None
    assert record.differences == ()
    assert files(bundle) == SEALED | WRITTEN


def test_the_cli_is_run_with_pack_plan_event_log_and_a_copy_of_the_stack_file(commands, bundle):
    commands.pulumi.export(None, "empty")
    commands.pulumi.replay("first-preview")

    preview(commands, bundle)

    assert commands.pulumi.commands == ["stack export", "stack init", "stack export", "preview"]
    options = commands.pulumi.options("preview")
    state = commands.project / ".pulumi-state"
    assert options.pop("--save-plan").endswith(f"/{PLAN_FILE}")
    assert options.pop("--event-log").endswith("/events.jsonl")
    copy = Path(options.pop("--config-file"))
    assert (copy.name, copy.parent.parent, copy.exists()) == (f"Pulumi.{STACK}.yaml", state, False)
    assert options == {
        "--json": "",
        "--policy-pack": "policies",
        "--stack": STACK,
        "--non-interactive": "",
        "--color": "never",
    }
    assert commands.pulumi.call("preview")["environment"]["PULUMI_BACKEND_URL"] == f"file://{state}"


def test_the_bundle_says_what_the_plan_was_made_from_and_by(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview", plan="the plan")

    _, record = preview(commands, bundle)

    read = read_bundle(bundle)
    assert read.metadata.digest == record.bundle
    assert (read.metadata.stack, read.metadata.cli, read.metadata.backend) == (STACK, VERSION, "embedded")
    assert read.metadata.state == recorded_checkpoint("deployed").hash
    assert read.metadata.files == hashes_in(bundle)
    assert not read.metadata.blocked
    assert not read.metadata.refresh
    assert (bundle / PLAN_FILE).read_text() == "the plan"
    assert json.loads((bundle / PREVIEW_FILE).read_text())["steps"]


def test_a_preview_without_changes_has_one_hash_from_all_sources(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview")

    code, record = preview(commands, bundle)

    assert code == 0
    assert record.changes == ()
    assert record.unchanged > 0
    assert record.planned == record.deployed
    assert record.differences == ()


def test_a_change_and_a_replacement_are_told_with_their_place_in_the_program(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("changing-preview")

    code, record = preview(commands, bundle)

    changes = {change.name: change for change in record.changes}
    assert code == 0
    assert changes["database-cluster"].loses_data
    assert changes["database-cluster"].source.startswith("program/service/components/database.py:")
    assert [item.path for item in changes["database-cluster"].properties if item.replaces] == ["databaseName"]
    assert changes["lambda-app-function"].operation == "update"
    assert {(item.property, item.values["planned"]) for item in record.differences} >= {("databaseName", "another")}


def test_a_mandatory_violation_blocks_and_the_bundle_says_so(commands, bundle):
    commands.pulumi.export("empty")
    commands.pulumi.replay("violating-preview")

    code, record = preview(commands, bundle)

    assert (code, record.outcome) == (1, "blocked")
    assert [finding.rule for finding in record.findings if finding.blocks] == ["rds-encrypted"]
    assert read_bundle(bundle).metadata.blocked


def test_what_only_the_offline_check_finds_blocks_too(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview")
    finding = Finding(
        rule="kms-rotation", level="mandatory", outcome="failed", resource=None, message="wrong", source="x:1"
    )
    commands.declared = dataclasses.replace(commands.declared, findings=(finding,))

    code, record = preview(commands, bundle)

    assert (code, record.outcome) == (1, "blocked")
    assert finding in record.findings


def test_a_stack_that_cannot_be_checked_is_blocked_without_the_engine(commands, bundle):
    finding = Finding(
        rule="stack-settings", level="mandatory", outcome="failed", resource=None, message="wrong", source="x:1"
    )
    commands.declared = dataclasses.replace(commands.declared, manifest=None, resources=(), findings=(finding,))

    code, record = preview(commands, bundle)

    assert (code, record.outcome, record.findings) == (1, "blocked", (finding,))
    assert commands.pulumi.commands == []
    assert files(bundle) == WRITTEN


def test_a_program_that_fails_in_the_engine_is_a_failure_with_its_reason(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.answer("preview", code=1, stderr="error: the pack did not start\n")

    code, record = preview(commands, bundle)

    assert (code, record.outcome) == (3, "failed")
    assert record.error == f"pulumi failed for stack {STACK} with exit code 1: the pack did not start"
    assert files(bundle) == WRITTEN | {"preview.json"}


def test_a_preview_that_logged_nothing_is_a_failure_and_not_clean(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.answer("preview")

    code, record = preview(commands, bundle)

    assert (code, record.outcome) == (3, "failed")
    assert record.error.startswith("pulumi preview ended well and logged no step")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"cancelEvent": {}}\nno JSON\n{"cancelEvent": {}}\n', "JSONDecodeError: "),
        ('{"resourcePreEvent": {"planning": true}}\n', "KeyError: 'metadata'"),
    ],
    ids=["a line that is no JSON", "an event without its fields"],
)
def test_an_event_log_that_cannot_be_read_whole_is_a_failure_in_one_line(commands, bundle, tmp_path, text, why):
    commands.pulumi.export("deployed")
    events = tmp_path / "events.jsonl"
    events.write_text(text)
    commands.pulumi.answer("preview", events=str(events))

    code, record = preview(commands, bundle)

    assert (code, record.outcome) == (3, "failed")
    assert record.error.startswith(f"the engine's event log can't be read ({why}")
    assert "\n" not in record.error


@pytest.mark.parametrize("word", CUT_OFF)
def test_after_an_update_that_was_cut_off_nothing_is_previewed(commands, bundle, word):
    left = commands.pulumi.cut_off(word)

    code, record = preview(commands, bundle)

    assert (code, record.outcome) == (3, "failed")
    assert record.error.startswith(f"an update of stack {STACK} was cut off and left: {left}. `./parity")
    assert record.error.endswith("says what became of each in AWS, and with --yes mends the state")
    assert "preview" not in commands.pulumi.commands


@pytest.mark.parametrize("command", ["stack export", "preview"])
def test_files_that_change_during_the_preview_make_it_fail(commands, bundle, command):
    change = {"writes": {str(commands.project / "program" / "new.py"): "changed"}}
    commands.pulumi.answer("stack export", stdout=exported("deployed"), **(change if command != "preview" else {}))
    commands.pulumi.replay("unchanged-preview", **(change if command == "preview" else {}))

    code, record = preview(commands, bundle)

    assert (code, record.outcome) == (3, "failed")
    assert record.error == "the project's files changed during the preview; preview again"
    assert not (bundle / "bundle.json").exists()


def test_the_password_of_a_backend_is_in_no_bundle(commands, bundle, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "https://user:sesame@states.example?token=sesame")
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview")

    _, out, err = commands.run("preview", STACK, "--bundle", bundle)

    assert read_bundle(bundle).metadata.backend == "https://states.example?token=[hidden]"
    assert "sesame" not in out + err + "".join(file.read_text() for file in bundle.iterdir())


def test_a_backend_that_cannot_be_read_is_a_failure_with_its_reason(commands, bundle, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    commands.pulumi.answer("stack export", code=1, stderr="error: could not list bucket: no\n")

    code, record = preview(commands, bundle)

    assert code == 3
    assert record.error.startswith("the backend can't be reached or read (could not list bucket: no)")


def test_in_another_backend_a_stack_is_made_on_demand(commands, bundle, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    commands.pulumi.answer("stack export", NO_SUCH_STACK, NO_SUCH_STACK, {"stdout": exported("empty")})
    commands.pulumi.replay("first-preview")

    assert preview(commands, bundle)[0] == 3
    code, record = preview(commands, bundle, "--init")

    assert (code, record.outcome) == (0, "clean")
    assert read_bundle(bundle).metadata.backend == "s3://states"


def test_the_cloud_is_asked_first_on_demand(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview")

    preview(commands, bundle, "--refresh")

    assert "--refresh" in commands.pulumi.options("preview")
    assert read_bundle(bundle).metadata.refresh


def test_a_review_stack_has_its_configuration_from_elsewhere(commands, bundle, tmp_path):
    file = tmp_path / "review.yaml"
    file.write_text((commands.project / "stacks" / f"Pulumi.{STACK}.yaml").read_text())
    commands.pulumi.export("empty")
    commands.pulumi.replay("first-preview")

    code, out, _ = commands.run("preview", "pr-7", "--config-file", file, "--bundle", bundle, "--format", "json")

    assert code == 0
    assert json.loads(out)["stack"] == "pr-7"
    assert commands.pulumi.options("preview")["--config-file"].endswith("/Pulumi.pr-7.yaml")


def test_without_a_folder_the_bundle_is_not_kept(commands, tmp_path):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview")
    before = files(tmp_path)

    code, out, _ = commands.run("preview", STACK)

    assert code == 0
    assert f"NO CHANGE  {STACK}: " in out
    assert files(tmp_path) == before


def test_what_the_engine_is_at_is_said_on_stderr(commands, bundle):
    commands.pulumi.export("empty")
    commands.pulumi.replay("first-preview")

    _, _, err = commands.run("preview", STACK, "--bundle", bundle)

    said = err.splitlines()
    assert said[:2] == [f"checking {STACK} offline ...", f"previewing {STACK} ..."]
    assert "  create   aws:rds/cluster:Cluster database-cluster" in said


@pytest.mark.parametrize("numbers", [[signal.SIGINT], [signal.SIGINT, signal.SIGTERM]], ids=["once", "twice"])
def test_an_interruption_leaves_no_half_bundle(commands, bundle, tmp_path, numbers):
    commands.pulumi.export("deployed")
    commands.pulumi.answer("preview", signals=numbers, deaf=len(numbers) > 1, seconds=30)
    before = files(tmp_path)

    code, out, err = commands.run("preview", STACK, "--bundle", bundle)

    assert (code, out) == (130, "")
    assert "lock of stack" in err
    assert files(tmp_path) == before


def test_a_bundle_that_was_there_survives_an_interruption(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("unchanged-preview")
    _, record = preview(commands, bundle)
    commands.pulumi.answer("preview", signals=[signal.SIGTERM], seconds=30)

    assert commands.run("preview", STACK, "--bundle", bundle)[0] == 130
    assert read_bundle(bundle).record == record


def test_a_folder_with_something_else_is_one_line(commands, bundle):
    bundle.mkdir()
    (bundle / "precious").write_text("data")

    code, out, err = commands.run("preview", STACK, "--bundle", bundle)

    assert (code, out) == (3, "")
    assert err == f"error: {bundle} holds precious, which no preview wrote; name a new folder\n"


def test_a_refresh_that_finds_nothing_of_the_stack_plans_nothing(commands, bundle):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("first-preview")

    code, record = preview(commands, bundle, "--refresh")

    assert (code, record.outcome) == (3, "failed")
    assert "is in the cloud that was asked; they were deployed to account 9" in record.error
    assert not (bundle / "bundle.json").exists()
