"""The commands that drive the Pulumi CLI: what they print, how they are used, and whole runs in processes of their own.

A stand-in says what a real CLI was recorded saying. The offline check of these runs is the real one.
"""

import json
import os
from pathlib import Path

import pytest

from program.cli.engine_options import rendered, summary_of
from program.engine.bundles.bundle import read_bundle
from program.engine.records import ApplyRecord, DriftRecord, PreviewRecord, Refusal
from program.report.terminal.steps import render
from tests.program.cli.running import copy_of_the_project, run
from tests.program.engine.commands import Commands
from tests.program.engine.standin import STACK, StandIn
from tests.program.report.results import CLUSTER, FUNCTION, TOPIC, finding
from tests.program.report.samples import advised, apart, apply, change, destroy, drift, expected, ignored, preview, prop

GOLDEN = Path(__file__).parents[2] / "golden" / "engine"
REFUSAL = Refusal(code="state", expected="9d3f0c11a2", found="77ab01fe03", fix="preview again, and review what it says")
REPLACED = change(
    CLUSTER,
    "replace",
    prop("clusterIdentifier", "prod-app-aurora-a1", "prod-app-aurora-b2", replaces=True),
    prop("masterUserSecret", "${secret}", "${unknown}"),
    prop("policy", None, "x" * 100),
)
UPDATED = change(FUNCTION, "update", prop('environment.variables["DB_ENDPOINT"]', "old.example", "${unknown}"))
FINDINGS = (
    finding("sns-subscribed", "has no subscription in this stack", kind=TOPIC, level="advisory"),
    finding("rds-encrypted", "storageEncrypted is false; it must be true", kind=CLUSTER),
    finding("iam-no-wildcards", "policy is not known", kind=FUNCTION, level="advisory", outcome="undecided"),
    finding("iam-kms-scoped", "policy is not known", kind=FUNCTION, level="advisory", outcome="undecided"),
    finding("iam-readable", "nobody decided", kind=FUNCTION, outcome="undecided"),
    finding("rds-pgaudit", "accepted", kind=CLUSTER, level="advisory", outcome="exempt"),
    finding("stack-settings", "no place"),
)
RECORDS = {
    "preview": preview(
        "prod",
        REPLACED,
        UPDATED,
        change(TOPIC, "create", prop("displayName", None, "alarms")),
        outcome="blocked",
        findings=FINDINGS,
        differences=(apart(FUNCTION, "timeout", declared=30, planned=60, deployed=None),),
    ),
    "preview-failed": preview("prod", outcome="failed", error="pulumi is not on PATH"),
    "apply": apply("prod", REPLACED, outcome="different", differences=(apart(FUNCTION, "a", declared=1, deployed=2),)),
    "apply-asked": apply("prod", UPDATED, asked_cloud=True),
    "apply-refused": apply("prod", outcome="refused", refusals=(REFUSAL,)),
    "drift": drift(
        "prod",
        "drifted",
        change(FUNCTION, "update", prop("memorySize", 4096, 1024)),
        change(CLUSTER, "delete"),
        change(TOPIC, "update", prop("tags[]", "a", None), prop("tags[]", None, "b")),
        advice=advised(),
        expected=expected(),
        ignored=(ignored(),),
        stale_ignores=("aws:sns/topic:Topic monitoring-topic: tags: nothing needs it",),
        pending=(apart(FUNCTION, "timeout", deployed=30, declared=60),),
        findings=FINDINGS[:2],
    ),
    "drift-clean": drift("prod", "clean"),
    "destroy": destroy("prod", changes=(change(CLUSTER, "delete"), change(TOPIC, "delete"))),
    "destroy-left": destroy("prod", outcome="failed", error="AccessDenied", left=("urn:a", "urn:b")),
    "destroy-refused": destroy("prod", outcome="refused", refusals=(REFUSAL,)),
}


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_the_text_of_a_record_is_the_golden_one(name):
    file = GOLDEN / f"{name}.txt"
    text = render(RECORDS[name])
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")

    golden = file.read_text(encoding="utf-8") if file.exists() else ""
    assert text == golden, f"{file.name} is not what was agreed on; run: make golden, then review the diff"


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_the_record_itself_can_be_read_again(name):
    record = RECORDS[name]

    assert type(record).model_validate_json(rendered(record, "json")) == record
    assert rendered(record, "text") == render(record)


def test_the_markdown_of_a_record_is_the_report_of_it_alone():
    hostile = preview("prod", change(FUNCTION, "update", prop("a", "x\n# big", "y")))

    markdown = rendered(hostile, "markdown")

    assert markdown == summary_of(hostile)
    assert "prod" in markdown
    assert "\n# big" not in markdown


@pytest.fixture
def commands(monkeypatch, capsys, tmp_path):
    return Commands(monkeypatch, capsys, tmp_path)


@pytest.mark.parametrize("command", ["preview", "apply --bundle .", "drift", "destroy", "provisioned"])
def test_an_unknown_stack_is_wrong_usage(commands, command):
    word, *options = command.split()

    code, out, err = commands.run(word, f"{STACK}x", *options)

    assert (code, out) == (2, "")
    assert (
        f"there is no stack '{STACK}x'; did you mean '{STACK}'?; give the configuration of a review stack"
        in (" ".join(err.split()))
        or f"there is no stack '{STACK}x'" in err
    )
    assert commands.pulumi.calls == []


@pytest.mark.parametrize("name", ["--help", "-x", STACK.upper(), "a b", "review", f"{STACK}-preview"])
def test_a_name_that_no_stack_may_have_is_wrong_usage_with_a_file_of_its_own_too(commands, tmp_path, name):
    file = tmp_path / "review.yaml"
    file.write_text("config: {}\n")

    code, out, err = commands.run("preview", "--config-file", file, "--", name)

    said = " ".join(err.split())
    assert (code, out) == (2, "")
    assert f"Invalid value for STACK: {name!r}: " in said
    assert "a stack's name begins with a lower-case letter" in said or "a GitHub environment of that name" in said
    assert commands.pulumi.calls == []


def test_apply_needs_a_bundle(commands):
    assert commands.run("apply", STACK)[0] == 2


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_a_preview_is_printed_as_its_bundle_has_it(commands, tmp_path, format_):
    commands.pulumi.export("deployed")
    commands.pulumi.replay("changing-preview")

    _, out, _ = commands.run("preview", STACK, "--bundle", tmp_path / "b", "--format", format_)

    record = read_bundle(tmp_path / "b").record
    assert "database-cluster" in out
    assert out.splitlines()[-1] == render(record).splitlines()[-1] or format_ == "markdown"
    assert (tmp_path / "b" / "summary.md").read_text() == out or format_ == "text"


def test_a_file_that_cannot_be_written_is_one_line_after_the_record(commands, tmp_path):
    (tmp_path / "file").write_text("")
    commands.pulumi.export("empty")

    code, out, err = commands.run("drift", STACK, "--record", tmp_path / "file" / "drift.json")

    assert code == 3
    assert out.splitlines()[-1].partition(":")[0] == f"UNDEPLOYED  {STACK}"
    assert err.splitlines()[-1] == f"error: {tmp_path / 'file'}: File exists"
    assert "Traceback" not in err


class TestInProcessesOfTheirOwn:
    @pytest.fixture
    def pulumi(self, tmp_path):
        return StandIn(tmp_path / "bin")

    @pytest.fixture
    def parity(self, tmp_path, pulumi):
        """Return a function that runs a command on a copy of the project."""
        (tmp_path / "project").mkdir()
        root = copy_of_the_project(tmp_path / "project")
        return lambda *arguments, path=pulumi.path: run(*map(str, arguments), root=root, PATH=path)

    def test_a_stack_is_previewed_and_applied(self, parity, pulumi, tmp_path):
        bundle, file = tmp_path / "bundle", tmp_path / "apply.json"
        pulumi.export(None, "empty")
        pulumi.replay("first-preview", "first-up")

        done = parity("preview", STACK, "--bundle", bundle, "--format", "json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert PreviewRecord.model_validate_json(done.stdout) == read_bundle(bundle).record

        pulumi.export("empty", "deployed")
        done = parity("apply", STACK, "--bundle", bundle, "--record", file, "--format", "json")
        # What was recorded and what the program makes now may differ: that is the real engine's test.
        assert done.returncode in (0, 1), done.stdout + done.stderr
        assert ApplyRecord.model_validate_json(done.stdout) == ApplyRecord.model_validate_json(file.read_text())
        assert json.loads(done.stdout)["outcome"] in ("applied", "different")
        assert "  create   aws:rds/cluster:Cluster database-cluster" in done.stderr

    def test_a_stack_that_was_never_deployed_is_undeployed(self, parity, pulumi):
        pulumi.export("empty")

        done = parity("drift", STACK, "--format", "json")

        assert done.returncode == 1
        assert DriftRecord.model_validate_json(done.stdout).verdict == "undeployed"

    def test_an_interrupted_command_ends_as_a_shell_expects(self, parity, pulumi):
        pulumi.export("deployed")
        pulumi.answer("destroy", signals=[2], seconds=60)

        done = parity("destroy", STACK, "--confirm", STACK)

        assert done.returncode == 130
        assert "it was stopped before it had ended" in done.stdout
        assert "Traceback" not in done.stderr

    def test_without_a_cli_one_line_says_what_to_install(self, parity, tmp_path):
        done = parity("destroy", STACK, path=str(tmp_path))

        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            "error: pulumi is not on PATH; install the Pulumi CLI, 3.260 or newer (https://www.pulumi.com/docs/install/)\n"
        )
