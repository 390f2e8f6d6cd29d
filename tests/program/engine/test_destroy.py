"""`destroy`: all of one stack and nothing by mistake, from the command line's door with a recorded destroy."""

import json
import signal
from pathlib import Path

import pytest

from program.engine.records import DestroyRecord
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.program.engine.standin import CUT_OFF, STACK, exported, stack_of


@pytest.fixture
def review_file(commands, tmp_path):
    """Return the configuration of a review stack, which has no file in stacks/."""
    file = tmp_path / "review.yaml"
    file.write_text((commands.project / "stacks" / f"Pulumi.{STACK}.yaml").read_text())
    return file


def destroy(commands, tmp_path, *arguments, stack=STACK):
    file = tmp_path / "destroy.json"
    code, out, _ = commands.run("destroy", stack, "--format", "json", "--record", file, *arguments)
    record = DestroyRecord.model_validate_json(out)
    assert record == DestroyRecord.model_validate_json(file.read_text())
    return code, record


def test_a_stack_that_lives_long_has_to_be_named_twice(commands, tmp_path):
    commands.pulumi.export("deployed")

    code, record = destroy(commands, tmp_path)

    assert (code, record.outcome) == (1, "refused")
    (refusal,) = record.refusals
    assert (refusal.code, refusal.found) == ("unconfirmed", "it has a file in stacks/, so it lives long")
    assert refusal.fix == f"if all of it may go: --confirm {STACK}"
    assert commands.pulumi.commands == ["stack export"]


def test_named_twice_it_goes_with_the_stack(commands, tmp_path):
    commands.pulumi.export("deployed", "destroyed")
    commands.pulumi.replay("destroy")

    code, record = destroy(commands, tmp_path, "--confirm", STACK)

    assert (code, record.outcome, record.error, record.left) == (0, "destroyed", None, ())
    assert {change.operation for change in record.changes} == {"delete"}
    assert commands.pulumi.commands == ["stack export", "destroy", "stack export", "stack rm"]
    options = commands.pulumi.options("destroy")
    assert options.pop("--event-log")
    assert set(options) == {"--yes", "--config-file", "--stack", "--non-interactive", "--color"}
    copy = Path(options["--config-file"])
    assert (copy.name, copy.parent.parent) == (f"Pulumi.{STACK}.yaml", commands.project / ".pulumi-state")
    assert set(commands.pulumi.options("stack rm")) == {
        *("--yes", "--preserve-config", "--stack", "--non-interactive", "--color")
    }
    assert not copy.exists()
    assert (commands.project / "stacks" / copy.name).exists()


@pytest.mark.parametrize("word", CUT_OFF)
def test_after_an_update_that_was_cut_off_nothing_is_destroyed(commands, word):
    left = commands.pulumi.cut_off(word)

    code, out, err = commands.run("destroy", STACK, "--confirm", STACK)

    assert (code, out) == (3, "")
    assert err.startswith(f"error: an update of stack {STACK} was cut off and left: {left}. `./parity recover")
    assert commands.pulumi.commands == ["stack export"]


def test_a_review_stack_goes_without_a_word(commands, tmp_path, review_file):
    commands.pulumi.export("deployed", "destroyed")
    commands.pulumi.replay("destroy")

    code, record = destroy(commands, tmp_path, "--config-file", review_file, stack="pr-7")

    assert (code, record.outcome, record.stack) == (0, "destroyed", "pr-7")


def test_a_review_stack_whose_data_is_protected_has_to_be_named_twice_too(commands, tmp_path, review_file, limits):
    commands.pulumi.export("deployed")
    allowing = next(
        name
        for name in stack_names(ROOT, SERVICE)
        if "protected" in limits.environments[stack_of(name).settings.environment].data_protection
    )
    text = (commands.project / "stacks" / f"Pulumi.{allowing}.yaml").read_text()
    review_file.write_text(f"{text}  parity:dataProtection: protected\n")

    code, record = destroy(commands, tmp_path, "--config-file", review_file, stack="pr-7")

    assert code == 1
    assert [refusal.found for refusal in record.refusals] == ["its dataProtection is protected"]


def test_settings_that_cannot_be_used_do_not_keep_a_review_stack_alive(commands, tmp_path, review_file):
    commands.pulumi.export("deployed", "destroyed")
    commands.pulumi.replay("destroy")
    review_file.write_text("config: {}\n")

    code, record = destroy(commands, tmp_path, "--config-file", review_file, stack="pr-7")

    assert (code, record.outcome, record.environment, record.region) == (0, "destroyed", None, None)


def test_protected_data_is_protected_by_a_file_that_cannot_be_deployed_any_more(commands, tmp_path, review_file):
    commands.pulumi.export("deployed")
    review_file.write_text("config: {dataProtection: protected}\n")

    code, record = destroy(commands, tmp_path, "--config-file", review_file, stack="pr-7")

    assert (code, record.outcome) == (1, "refused")
    assert [refusal.found for refusal in record.refusals] == ["its dataProtection is protected"]


def test_a_stack_that_has_nothing_needs_no_second_word(commands, tmp_path):
    commands.pulumi.export("empty")
    commands.pulumi.answer("destroy")

    code, record = destroy(commands, tmp_path)

    assert (code, record.outcome, record.changes) == (0, "destroyed", ())


def test_what_is_left_is_named_and_the_stack_stays(commands, tmp_path):
    commands.pulumi.export("deployed", "half-deployed")
    commands.pulumi.answer("destroy", code=1, stderr="error: AccessDenied: no\n")

    code, record = destroy(commands, tmp_path, "--confirm", STACK)

    assert (code, record.outcome) == (3, "failed")
    assert record.error.endswith("exit code 1: AccessDenied: no")
    assert record.left
    assert "stack rm" not in commands.pulumi.commands


def test_a_destroy_that_ends_well_and_leaves_something_has_failed(commands, tmp_path):
    commands.pulumi.export("deployed", "half-deployed")
    commands.pulumi.answer("destroy")

    code, record = destroy(commands, tmp_path, "--confirm", STACK)

    assert (code, record.outcome) == (3, "failed")
    assert record.left


def test_what_a_destroy_left_unfinished_is_left(commands, tmp_path):
    pending = [{"type": "deleting", "resource": {"urn": "urn:x"}}]
    unfinished = {"stdout": json.dumps({"deployment": {"pending_operations": pending}})}
    commands.pulumi.answer("stack export", {"stdout": exported("deployed")}, unfinished)
    commands.pulumi.answer("destroy")

    code, record = destroy(commands, tmp_path, "--confirm", STACK)

    assert (code, record.outcome, record.left) == (3, "failed", ("deleting urn:x",))
    assert "stack rm" not in commands.pulumi.commands


def test_what_a_replacement_has_not_deleted_is_left_too(commands, tmp_path):
    state = json.loads(exported("deployed"))
    old = next(item for item in state["deployment"]["resources"] if item["urn"].endswith("::database-cluster"))
    state["deployment"]["resources"] = [old | {"delete": True}]
    commands.pulumi.answer("stack export", {"stdout": json.dumps(state)})
    commands.pulumi.answer("destroy")

    assert destroy(commands, tmp_path)[1].outcome == "refused", "there is still something that holds data"
    code, record = destroy(commands, tmp_path, "--confirm", STACK)

    assert (code, record.outcome, record.left) == (3, "failed", (old["urn"],))
    assert record.error == "it ended well, and something is left"


def test_a_state_that_cannot_be_read_after_the_destroy_is_a_record(commands, tmp_path):
    commands.pulumi.answer("stack export", {"stdout": exported("deployed")}, {"code": 1, "stderr": "error: no\n"})
    commands.pulumi.replay("destroy")

    code, record = destroy(commands, tmp_path, "--confirm", STACK)

    assert (code, record.outcome) == (3, "failed")
    assert "error" not in record.error


def test_a_stack_that_is_not_there_is_one_line(commands):
    commands.pulumi.export(None)

    code, out, err = commands.run("destroy", STACK, "--confirm", STACK)

    assert (code, out) == (3, "")
    assert err.splitlines()[-1].startswith(f"error: there is no stack {STACK} in this backend")


def test_an_interruption_keeps_the_stack(commands):
    commands.pulumi.export("deployed")
    commands.pulumi.answer("destroy", signals=[signal.SIGTERM], seconds=30)

    code, out, _ = commands.run("destroy", STACK, "--confirm", STACK)

    assert code == 130
    assert "it was stopped before it had ended" in out
    assert "stack rm" not in commands.pulumi.commands
