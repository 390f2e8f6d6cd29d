"""`drift`: cloud, deployment and code are told apart, from the command line's door with recorded refreshes."""

import dataclasses
import json
import re
from functools import partial

import pytest

from policies.drift_noise import load_noise
from policies.pack import NAME
from program.engine.drift_changes import NOT_SHOWN, DriftReader
from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import DriftRecord
from program.manifest.differences import Difference
from program.offline.result import Finding
from tests.program.engine.live import GONE, recorded_live
from tests.program.engine.standin import (
    CUT_OFF,
    RECORDED,
    STACK,
    exported,
    recorded_checkpoint,
    recorded_log,
)

IGNORE = """\
ignores:
  - environment: {environment}
    type: "{type}"
    name: {name}
    property: {property}
    reason: the operators are told
    owner: ops
    expires: {expires}
"""


NEVER_DEPLOYED = Difference(
    resource="configuration", property="(resource)", values={"declared": "present", "deployed": None}, declared=False
)


def drift(commands, tmp_path, *arguments):
    """Return exit code and record, which stdout and the file agree on."""
    file = tmp_path / "drift.json"
    code, out, _ = commands.run("drift", STACK, "--format", "json", "--record", file, *arguments)
    record = DriftRecord.model_validate_json(out)
    assert record == DriftRecord.model_validate_json(file.read_text())
    return code, record


def deployed(commands, *scenes):
    commands.pulumi.export("deployed")
    commands.pulumi.replay(*(scenes or ("clean-refresh", "clean-analysis")))


def ignore(commands, **changed):
    fields = {
        "environment": commands.declared.environment,
        "type": "aws:rds/*",
        "name": "database-cluster",
        "property": "backupRetentionPeriod",
        "expires": "2999-01-31",
    }
    commands.ignore(IGNORE.format(**(fields | changed)))


def refreshed_as_it_is(folder, state):
    """Return the log of a refresh that finds each resource of the recorded state as it is there."""
    log = folder / "refresh.jsonl"
    events = [
        {"resOutputsEvent": {"metadata": {"op": "same", "urn": each.urn, "type": each.type, "new": {"custom": True}}}}
        for each in recorded_checkpoint(state).states
    ]
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    return log


def test_a_cloud_that_is_what_was_deployed_is_clean(commands, tmp_path):
    deployed(commands)

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict, record.error) == (0, "clean", None)
    assert (record.drifted, record.pending, record.fingerprint) == ((), (), None)
    assert record.deployed.config_hash == record.declared.config_hash
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", record.checked_at or ""), "the page says when"


def test_without_a_file_the_record_is_only_printed(commands, tmp_path):
    deployed(commands)
    before = set(tmp_path.iterdir())

    code, out, _ = commands.run("drift", STACK)

    assert (code, out.splitlines()[-1].partition(":")[0]) == (0, f"CLEAN  {STACK}")
    assert set(tmp_path.iterdir()) == before


def test_nothing_is_changed_and_no_lock_is_taken(commands, tmp_path):
    deployed(commands)

    drift(commands, tmp_path)

    assert commands.pulumi.commands == ["stack export", "refresh", "policy analyze"]
    options = commands.pulumi.options("refresh")
    assert options["--preview-only"] == ""
    assert options["--stack"] == STACK
    assert options["--config-file"].startswith(str(commands.project))


def test_every_drift_is_told_by_its_property_also_in_a_document_and_a_resource_that_is_gone(commands, tmp_path):
    deployed(commands, "drifted-refresh", "clean-analysis")

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (1, "drifted")
    found = {change.name: change for change in record.drifted}
    assert {name: change.operation for name, change in found.items()} == {
        "database-cluster": "update",
        "database-security-group": "update",
        "lambda-app-function": "update",
        "lambda-app-policy": "update",
        "lambda-app-role": "update",
        "monitoring-app-errors": "delete",
    }
    (retention,) = found["database-cluster"].properties
    assert (retention.path, retention.after) == ("backupRetentionPeriod", 1)
    assert retention.before != 1
    code_hash, variable = found["lambda-app-function"].properties
    assert (code_hash.path, code_hash.after) == ("codeSha256", "another")
    # What somebody sets there by hand is often a secret that nobody marked.
    assert (variable.path, variable.before, variable.after) == ("environment.variables.DEBUG", None, NOT_SHOWN)
    assert all(item.path.startswith("policy.Statement[") for item in found["lambda-app-policy"].properties)
    # The engine calls these the same: no input tells of them.
    (rule,) = found["database-security-group"].properties
    assert (rule.path, rule.before, rule.after) == ("ingress[]", None, "tcp 5432 0.0.0.0/0")
    (attached,) = found["lambda-app-role"].properties
    assert (attached.path, attached.after) == ("managedPolicyArns[]", "arn:aws:iam::aws:policy/AdministratorAccess")
    assert found["monitoring-app-errors"].properties == ()
    assert found["database-cluster"].source.startswith("program/service/components/database.py:")
    assert record.pending == ()


def test_the_same_drift_has_the_same_fingerprint(commands, tmp_path):
    deployed(commands, "drifted-refresh", "clean-analysis")
    _, first = drift(commands, tmp_path)
    _, second = drift(commands, tmp_path)

    assert first.fingerprint == second.fingerprint

    ignore(commands)
    assert drift(commands, tmp_path)[1].fingerprint != first.fingerprint


def test_drift_that_is_let_pass_is_listed_and_counts_no_more(commands, tmp_path):
    deployed(commands, "drifted-refresh", "clean-analysis")
    ignore(commands)

    code, record = drift(commands, tmp_path)

    assert code == 1
    assert "database-cluster" not in {change.name for change in record.drifted}
    assert [(item.change.name, item.owner) for item in record.ignored] == [("database-cluster", "ops")]
    assert record.stale_ignores == ()


def test_an_entry_that_nothing_needs_is_named(commands, tmp_path):
    deployed(commands)
    ignore(commands)

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (0, "clean")
    assert record.stale_ignores == ("aws:rds/* database-cluster: backupRetentionPeriod: nothing needs it",)


def test_a_drift_file_that_cannot_be_used_is_one_line(commands):
    commands.ignore("ignores: wrong\n")

    code, out, err = commands.run("drift", STACK)

    assert (code, out) == (3, "")
    assert err.startswith("error: ")
    assert "drift-ignores.yaml" in err


def test_code_that_is_not_deployed_is_undeployed_by_its_property(commands, tmp_path):
    before = json.loads(exported("deployed"))
    for resource in before["deployment"]["resources"]:
        if resource["urn"].endswith("::database-cluster"):
            resource["inputs"]["backupRetentionPeriod"] = 1
    commands.pulumi.answer("stack export", stdout=json.dumps(before))
    commands.pulumi.replay("clean-refresh", "clean-analysis")

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (1, "undeployed")
    assert [(item.property, item.values["deployed"]) for item in record.pending] == [("backupRetentionPeriod", 1)]
    assert record.fingerprint


@pytest.mark.parametrize("state", ["empty", "destroyed"])
def test_a_stack_that_was_never_deployed_is_undeployed_without_asking_the_cloud(commands, tmp_path, state):
    commands.pulumi.export(state)

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict, record.deployed) == (1, "undeployed", None)
    assert record.pending == (NEVER_DEPLOYED,)
    assert commands.pulumi.commands == ["stack export"]


def test_a_first_deployment_that_was_cut_off_is_undeployed_and_the_cloud_is_asked(commands, tmp_path):
    commands.pulumi.export("half-deployed")
    commands.pulumi.replay("clean-analysis")
    commands.pulumi.answer("refresh", events=str(refreshed_as_it_is(tmp_path, "half-deployed")))

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict, record.deployed) == (1, "undeployed", None)
    assert record.pending == (NEVER_DEPLOYED,)
    assert record.drifted == ()
    assert record.fingerprint
    assert commands.pulumi.commands == ["stack export", "refresh", "policy analyze"]


@pytest.mark.parametrize("word", CUT_OFF)
def test_after_an_update_that_was_cut_off_nobody_can_tell(commands, tmp_path, word):
    left = commands.pulumi.cut_off(word)

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (3, "check-failed")
    assert record.error.startswith(f"an update of stack {STACK} was cut off and left: {left}. `./parity recover")
    assert commands.pulumi.commands == ["stack export"]


def test_what_is_live_is_judged_by_the_policies(commands, tmp_path):
    deployed(commands, "clean-refresh", "violating-analysis")

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (1, "clean")
    (broken,) = [finding for finding in record.findings if finding.blocks]
    assert (broken.rule, broken.resource.rpartition("::")[2]) == ("rds-encrypted", "database-cluster")
    assert broken.source.startswith("program/service/components/database.py:")


def test_what_has_drifted_is_told_also_where_the_policies_cannot_judge(commands, tmp_path):
    deployed(commands, "drifted-refresh")
    commands.pulumi.answer("policy analyze", code=255, stderr="error: the pack failed to start\n")

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict, record.error) == (1, "drifted", None)
    assert "database-cluster" in {change.name for change in record.drifted}
    (unjudged,) = record.findings
    assert (unjudged.rule, unjudged.level, unjudged.outcome, unjudged.blocks) == (NAME, "mandatory", "error", True)
    assert unjudged.message.endswith("exit code 255: the pack failed to start")


def test_a_clean_cloud_that_the_policies_cannot_judge_is_not_let_pass(commands, tmp_path):
    deployed(commands, "clean-refresh")
    commands.pulumi.answer("policy analyze", stdout='no JSON\n{"cancelEvent": {}}\n')

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (1, "clean")
    assert [finding.message.partition(" (")[0] for finding in record.findings if finding.blocks] == [
        "the engine's event log can't be read"
    ]


def test_a_cloud_that_cannot_be_read_is_a_failed_check(commands, tmp_path):
    deployed(commands, "failing-refresh")

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (3, "check-failed")
    assert record.error.startswith("the cloud can't be read: ")
    assert "AccessDenied: rds:DescribeDBClusters is not allowed" in record.error


def test_a_refresh_that_logged_nothing_is_a_failed_check_and_not_clean(commands, tmp_path):
    commands.pulumi.export("deployed")
    commands.pulumi.answer("refresh")

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (3, "check-failed")
    assert record.error.startswith("the cloud said nothing of tap-key, ")


def test_a_resource_of_which_the_cloud_says_nothing_is_a_failed_check_and_not_clean(commands, tmp_path):
    lines = (RECORDED / "clean-refresh" / "events.jsonl").read_text().splitlines(keepends=True)
    silent = tmp_path / "events.jsonl"
    silent.write_text("".join(line for line in lines if "resOutputs" not in line or "::database-cluster" not in line))
    commands.pulumi.export("deployed")
    commands.pulumi.answer("refresh", events=str(silent))

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (3, "check-failed")
    assert record.error == (
        "the cloud said nothing of database-cluster-parameters, database-cluster, so that nothing is known of it"
    )


def test_a_refresh_whose_log_cannot_be_read_is_a_failed_check(commands, tmp_path):
    broken = tmp_path / "events.jsonl"
    broken.write_text('{"resOutputsEvent": {}}\n')
    commands.pulumi.export("deployed")
    commands.pulumi.answer("refresh", events=str(broken))

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (3, "check-failed")
    assert record.error.startswith("the engine's event log can't be read (KeyError: 'metadata')")


def test_a_stack_that_is_not_there_is_a_failed_check(commands, tmp_path):
    commands.pulumi.export(None)

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (3, "check-failed")
    assert record.error.startswith(f"there is no stack {STACK} in this backend")


def test_code_that_cannot_be_deployed_is_a_failed_check(commands, tmp_path):
    finding = Finding(
        rule="stack-settings", level="mandatory", outcome="failed", resource=None, message="wrong", source="x:1"
    )
    commands.declared = dataclasses.replace(commands.declared, manifest=None, findings=(finding, finding))

    code, record = drift(commands, tmp_path)

    assert (code, record.verdict) == (3, "check-failed")
    assert record.error == "the code of this commit can't be deployed: wrong; wrong"


def reader(checkpoint=None, noise=()):
    return DriftReader(checkpoint or recorded_checkpoint("empty"), noise, {})


class TestWhatTheCloudChanged:
    def step(self, old, new, operation="update", differing=()):
        return Step(
            planning=True,
            operation=operation,
            urn="urn:x::thing",
            type="aws:sns/topic:Topic",
            old=old,
            new=new,
            differing=differing,
            replace_keys=(),
        )

    def side(self, inputs=None, outputs=None):
        return Side(custom=True, id="i", inputs=inputs or {}, outputs=outputs or {})

    def found(self, old, new, **more):
        (change,) = reader().drifted([self.step(old, new, **more)]).changes
        return {item.path: (item.before, item.after) for item in change.properties}

    def test_is_read_from_the_outputs(self):
        assert self.found(self.side({"a": 1}, {"a": 1, "b": 2}), self.side({"a": 1}, {"a": 1, "b": 3})) == {"b": (2, 3)}

    def test_or_from_the_inputs_where_the_outputs_are_the_same(self):
        assert self.found(self.side({"a": 1}, {"b": 1}), self.side({"a": 2}, {"b": 1})) == {"a": (1, 2)}

    def test_is_every_output_that_differs_also_where_the_engine_calls_the_resource_the_same(self):
        old, new = self.side(outputs={"a": 1, "b": 1}), self.side(outputs={"a": 2, "b": 2})

        assert self.found(old, new, differing=("b",)) == {"a": (1, 2), "b": (1, 2)}
        assert self.found(old, new, operation="same") == {"a": (1, 2), "b": (1, 2)}

    def test_is_not_an_empty_value_in_the_place_of_none(self):
        old = self.side(outputs={"a": 1, "b": "", "c": True})
        new = self.side(outputs={"a": 1, "d": False, "e": 0, "f": [], "c": False})

        assert self.found(old, new, operation="same") == {"c": (True, False)}

    def test_is_not_the_order_of_a_set(self):
        old = self.side(outputs={"a": ["x", "y"], "b": [{"name": "n"}, {"name": "m"}], "c": {"d": ["1", "2"]}, "e": 1})
        new = self.side(outputs={"a": ["y", "x"], "b": [{"name": "m"}, {"name": "n"}], "c": {"d": ["2", "1"]}, "e": 2})

        assert self.found(old, new) == {"e": (1, 2)}

    def test_is_not_what_the_provider_notes(self):
        old = self.side(outputs={"a": 1})
        new = self.side(outputs={"a": 1, "tagsAll": {"b": "c"}, "__defaults": []})

        assert self.found(old, new) == {}

    def test_is_named_as_the_provider_does_where_nothing_of_it_is_to_be_seen(self):
        same = self.side({"a": 1}, {"a": 1})

        assert self.found(same, same, differing=("a", "b")) == {
            "a": (NOT_SHOWN, NOT_SHOWN),
            "b": (NOT_SHOWN, NOT_SHOWN),
        }

    def test_is_a_change_also_where_nobody_says_of_what(self):
        (change,) = reader().drifted([self.step(self.side(), self.side())]).changes

        assert (change.operation, change.properties) == ("update", ())

    def test_is_not_shown_of_a_functions_environment(self):
        old = self.side(outputs={"environment": {"variables": {"A": "sesame", "B": "sesame"}}, "environments": 1})
        new = self.side(outputs={"environment": {"variables": {"A": "open", "C": "sesame"}}, "environments": 2})

        assert self.found(old, new) == {
            "environment.variables.A": (NOT_SHOWN, NOT_SHOWN),
            "environment.variables.B": (NOT_SHOWN, None),
            "environment.variables.C": (None, NOT_SHOWN),
            "environments": (1, 2),
        }

    def test_is_everything_of_a_resource_without_an_old_side(self):
        assert self.found(None, self.side(outputs={"a": 1})) == {"a": (None, 1)}

    def test_is_nothing_of_a_refresh_that_found_the_same(self):
        assert reader().drifted([self.step(self.side(), self.side(), operation="refresh")]).changes == ()


def test_the_live_deployment_has_what_the_refresh_found():
    checkpoint = recorded_checkpoint("deployed")

    live = json.loads(reader(checkpoint).live(recorded_log("drifted-refresh").ended))

    before = {state.name: state.inputs for state in checkpoint.states}
    after = {item["urn"].rpartition("::")[2]: item.get("inputs", {}) for item in live["deployment"]["resources"]}
    assert set(before) - set(after) == {"monitoring-app-errors"}
    assert before["database-cluster"]["backupRetentionPeriod"] != 1
    assert after["database-cluster"]["backupRetentionPeriod"] == 1
    # What was done by hand stands where the policies look for it.
    assert [block["cidrBlocks"] for block in after["database-security-group"]["ingress"]] == [["0.0.0.0/0"]]
    assert after["lambda-app-role"]["managedPolicyArns"] == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    by_hand = {"database-security-group", "lambda-app-role"}
    same = set(after) - by_hand - {"database-cluster", "lambda-app-function", "lambda-app-policy"}
    assert {name: before[name] for name in same} == {name: after[name] for name in same}


def test_the_bootstrap_version_that_has_ended_stays_in_the_live_deployment_and_what_else_is_gone_does_not():
    live = recorded_live()
    gone = live.with_output("secrets-bootstrap", "", GONE).with_output("monitoring-app-errors", "", GONE)

    kept = json.loads(reader(live.checkpoint).live(gone.steps()))["deployment"]["resources"]

    assert live.states().keys() - {item["urn"].rpartition("::")[2] for item in kept} == {"monitoring-app-errors"}


def test_a_secret_stays_encrypted_in_the_live_deployment():
    live = recorded_live().with_output("secrets-bootstrap", "secretString", "[secret]")

    told = json.loads(reader(live.checkpoint).live(live.steps()))["deployment"]["resources"]

    (version,) = [item for item in told if item["urn"].endswith("::secrets-bootstrap")]
    assert version["outputs"]["secretString"] == live.states()["secrets-bootstrap"].outputs["secretString"]


def test_noise_that_cannot_be_used_is_one_line(commands, tmp_path, monkeypatch):
    file = tmp_path / "drift-noise.yaml"
    file.write_text("schemaVersion: 1\nnoise: wrong\n")
    monkeypatch.setattr("program.cli.drift.load_noise", partial(load_noise, file))

    code, out, err = commands.run("drift", STACK)

    assert (code, out) == (3, "")
    assert err.startswith("error: ")
    assert "drift-noise.yaml:2: noise is 'wrong'" in err


def test_the_live_deployment_of_nothing_is_nothing():
    assert json.loads(reader().live([]))["deployment"]["resources"] == []


def test_a_cloud_that_has_nothing_of_the_stack_is_another_one(commands, tmp_path):
    urns = [state.urn for state in recorded_checkpoint("deployed").states if state.of_the_cloud]
    events = tmp_path / "gone.jsonl"
    steps = [{"op": "delete", "urn": urn, "type": urn.split("::")[2], "old": {"custom": True}} for urn in urns]
    events.write_text("".join(f"{json.dumps({'resOutputsEvent': {'metadata': step}})}\n" for step in steps))
    commands.pulumi.export("deployed")
    commands.pulumi.answer("refresh", events=str(events))

    code, out, _ = commands.run("drift", STACK, "--format", "json")

    assert (code, json.loads(out)["verdict"]) == (3, "check-failed")
    assert (
        f"none of the {len(urns)} resources of stack {STACK} is in the cloud that was asked" in json.loads(out)["error"]
    )
