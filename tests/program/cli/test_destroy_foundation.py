"""`destroy` of a foundation: what it asks for, what it forgets once it is gone, and what it says is left."""

import os
from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from policies.limits import load_limits
from program.cli.destroy import destroy
from program.cli.taking_down import taken_down
from program.engine.bootstrap import taking_down
from program.engine.records import DestroyRecord, record_of
from program.errors import CouldNotRunError
from program.offline.stacks import read_stack
from program.project.definition import ROOT
from program.project.stackfile import read_stack_file

NAME = "foundation/main"


@pytest.fixture
def ended(monkeypatch):
    """Let AWS and GitHub have nothing against it, and the end be as a test says."""
    found = SimpleNamespace(outcome="destroyed", asked={}, confirmed=None)

    class TakingDown:
        def __init__(self, **given):
            found.asked.update(given)

        def run(self, confirmed):
            found.confirmed = confirmed
            return record_of(DestroyRecord, found.asked["stack"], ROOT, outcome=found.outcome)

    monkeypatch.setattr(taking_down, "TakingDown", TakingDown)
    monkeypatch.setattr("program.engine.bootstrap.account.account_problems", lambda **_: iter(()))
    monkeypatch.setattr("program.engine.bootstrap.account.bucket_is_there", lambda *_, **__: None)
    monkeypatch.setattr("program.engine.bootstrap.remains.forget_providers", lambda *_: iter(["a file: forgot"]))
    monkeypatch.setattr("program.github.rights.repository_problems", lambda *_, **__: iter(()))
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        # Set first: what the command sets is taken back after the test then.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-tests")
    return found


def test_once_it_is_gone_the_stack_files_forget_it_and_what_is_left_is_said(ended):
    done = CliRunner().invoke(destroy, [NAME, "--confirm", NAME, "--wait", "3"])

    assert done.exit_code == 0, done.output
    assert ended.confirmed == (NAME,)
    assert (ended.asked["reachable"], ended.asked["wait"]) == (False, 3)
    assert ended.asked["backend"] == "s3://parity-state-111122223333?region=us-east-1"
    assert "a file: forgot" in done.stderr.splitlines()
    assert "  1. AWS deletes its keys in 7 days" in done.stderr


@pytest.mark.parametrize(("outcome", "code"), [("refused", 1), ("failed", 3), ("interrupted", 130)])
def test_as_long_as_something_is_left_no_file_forgets_it(ended, outcome, code):
    ended.outcome = outcome

    done = CliRunner().invoke(destroy, [NAME, "--confirm", NAME])

    assert done.exit_code == code
    assert "a file: forgot" not in done.output


def test_a_passphrase_that_is_given_stays(ended, monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of-the-tests")

    CliRunner().invoke(destroy, [NAME])

    assert ended.asked["stack"].name == NAME
    assert os.environ["PULUMI_CONFIG_PASSPHRASE"] == "of-the-tests"


def test_a_file_that_can_not_be_used_is_told_and_nobody_is_asked(ended):
    known = load_limits()
    file = read_stack_file(NAME)
    broken = read_stack(replace(file, config={**file.config, "foundation:account": "none"}), known)

    with pytest.raises(CouldNotRunError, match=r"stacks/foundation/Pulumi\.main\.yaml:\d+: .*account"):
        taken_down(broken, known, (NAME,), 0)
    assert ended.asked == {}


@pytest.mark.usefixtures("ended")
def test_a_foundation_has_no_other_file_than_its_own(tmp_path):
    file = tmp_path / "other.yaml"
    file.write_text("config: {}\n")

    done = CliRunner().invoke(destroy, [NAME, "--config-file", str(file)])

    assert done.exit_code == 2
    assert "a foundation has its file in stacks/foundation/" in done.output
