"""The steps of a bootstrap in their order, wherever an earlier run came to; the engine's tests run them for real."""

import shutil
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from policies.limits import load_limits
from program.cli import bootstrap as command
from program.engine.bootstrap import bootstrap, making
from program.engine.bootstrap.remains import remains, write_providers
from program.errors import CouldNotRunError
from program.offline.stacks import read_stack
from program.project.definition import ROOT
from program.project.stackfile import read_stack_file, stack_names
from tests.program.cli.running import copy_of_the_project

NAME, BUCKET = "foundation/main", "s3://bucket?region=us-east-1"
PROVIDERS = {name: f"awskms://alias/{name}?region=us-east-1" for name in ("dev", "staging", "prod")}
OUTPUTS = {"secretsProviders": PROVIDERS, "environmentName": "prod"}


@pytest.fixture
def steps(monkeypatch):
    """Return what the bootstrap does, and where states are: by backend, empty for the local one."""
    found = SimpleNamespace(done=[], held=set(), preview="clean", changes=("a change",), applied="applied")

    @contextmanager
    def workspace(_name, *, backend, **_others):
        yield backend

    def checkpoint(place):
        return SimpleNamespace(deployed=True, outputs=OUTPUTS) if place in found.held else None

    class Previewer:
        def __init__(self, *, place, **_):
            self.place = place

        def preview(self, _folder):
            found.done.append(f"preview {self.place or 'local'}")
            return SimpleNamespace(outcome=found.preview, changes=found.changes)

    class Applier:
        def __init__(self, *, place, **_):
            self.place = place

        def apply(self, _folder, _confirmed):
            found.done.append(f"apply {self.place or 'local'}")
            found.held.add(self.place)
            return SimpleNamespace(outcome=found.applied)

    def move(source, target, provider):
        found.done.append(f"move {source or 'local'} to {target} by {provider}")
        found.held = {target}

    monkeypatch.setattr(bootstrap, "workspace", workspace)
    monkeypatch.setattr(bootstrap, "found_checkpoint", checkpoint)
    monkeypatch.setattr(bootstrap, "existing_checkpoint", checkpoint)
    monkeypatch.setattr(bootstrap, "Previewer", Previewer)
    monkeypatch.setattr(bootstrap, "Applier", Applier)
    monkeypatch.setattr(bootstrap, "move", move)
    return found


def run(*, reachable=True, agreed=True):
    limits = load_limits()
    return bootstrap.Bootstrapper(
        stack=read_stack(read_stack_file(NAME), limits),
        limits=limits,
        noise=(),
        backend=BUCKET,
        reachable=reachable,
        render=str,
        agreed=lambda _record: agreed,
        say=lambda _line: None,
    ).run()


MOVED = f"move local to {BUCKET} by {PROVIDERS['prod']}"


def test_from_nothing_it_is_deployed_with_a_local_state_that_moves(steps):
    done = run(reachable=False)

    assert (done.outcome, steps.done) == ("made", ["preview local", "apply local", MOVED])
    assert done.outputs == OUTPUTS


def test_a_state_that_is_in_both_places_is_moved_to_its_end(steps):
    steps.held, steps.changes = {"", BUCKET}, ()

    assert (run().outcome, steps.done) == ("made", ["preview local", MOVED])


def test_a_state_that_has_moved_stays_there(steps):
    steps.held, steps.changes = {BUCKET}, ()

    assert (run().outcome, steps.done) == ("made", [f"preview {BUCKET}"])


@pytest.mark.parametrize(("outcome", "ended"), [("blocked", "blocked"), ("failed", "failed")])
def test_a_preview_that_does_not_pass_ends_it(steps, outcome, ended):
    steps.preview = outcome

    assert (run(reachable=False).outcome, steps.done) == (ended, ["preview local"])


def test_a_no_and_an_apply_that_fails_leave_the_state_where_it_is(steps):
    assert (run(agreed=False).outcome, steps.done) == ("declined", ["preview local"])
    steps.applied = "failed"
    assert (run().outcome, steps.done[-1]) == ("failed", "apply local")


def test_every_stack_of_the_account_that_is_not_there_is_made(monkeypatch):
    made = []

    @contextmanager
    def workspace(name, **_others):
        yield name

    monkeypatch.setattr(making, "workspace", workspace)
    monkeypatch.setattr(making, "found_checkpoint", lambda name: None if name != "dev" else "there")
    monkeypatch.setattr(making, "make_stack", made.append)

    elsewhere = "network/prod"
    monkeypatch.setattr(making, "home_of", lambda name, **_: BUCKET if name != elsewhere else "s3://another")

    names = [name for name in stack_names() if not name.startswith("foundation/") and name not in ("dev", elsewhere)]
    assert sorted(making.make_stacks(BUCKET, print)) == sorted(made) == sorted(names)


def test_every_stack_file_names_the_key_of_its_environment_once(tmp_path):
    root = copy_of_the_project(tmp_path)
    shutil.copytree(ROOT / ".github", root / ".github", dirs_exist_ok=True)

    said = list(write_providers(OUTPUTS, root))

    assert "stacks/Pulumi.dev.yaml: names the key that encrypts its secrets" in said
    text = (root / "stacks/network/Pulumi.prod.yaml").read_text()
    assert text.startswith(f"secretsprovider: {PROVIDERS['prod']}\n")
    assert list(write_providers(OUTPUTS, root)) == [], "run again, it changes nothing"


def test_what_remains_names_the_backend_and_the_repository():
    lines = list(remains(BUCKET, "octo/parity"))

    assert lines[0].startswith("./parity tools --install --write"), "in the order in which it is done"
    assert any(line.endswith(f'export PULUMI_BACKEND_URL="{BUCKET}"') for line in lines)
    assert any("repos/octo/parity/actions/permissions/fork-pr-contributor-approval" in line for line in lines)


@pytest.fixture
def answers(monkeypatch):
    """Let AWS and GitHub have nothing against it, and the bootstrap end as a test says."""
    ended = SimpleNamespace(outcome="made", record=None, outputs=OUTPUTS)
    asked = {}

    class Bootstrapper:
        def __init__(self, **given):
            asked.update(given)

        def run(self):
            return ended

    monkeypatch.setattr(bootstrap, "Bootstrapper", Bootstrapper)
    monkeypatch.setattr("program.engine.bootstrap.account.account_problems", lambda **_: iter(()))
    monkeypatch.setattr("program.engine.bootstrap.account.bucket_is_there", lambda *_, **__: True)
    monkeypatch.setattr("program.engine.bootstrap.account.concurrency_shortages", lambda _: iter(["ask for more"]))
    monkeypatch.setattr("program.engine.bootstrap.making.make_stacks", lambda *_: iter(["dev"]))
    monkeypatch.setattr("program.engine.bootstrap.remains.write_providers", lambda *_: iter(["a file: changed"]))
    monkeypatch.setattr("program.github.rights.repository_problems", lambda *_, **__: iter(()))
    monkeypatch.setattr(command, "rendered", lambda _record, _format: "the record\n")
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-tests")
    return ended, asked


def test_the_command_says_what_was_done_and_what_remains(answers):
    done = CliRunner().invoke(command.bootstrap, ["--yes"])

    assert done.exit_code == 0, done.output
    assert (
        "foundation/main is there, and its state is in s3://parity-state-111122223333?region=us-east-1." in done.stdout
    )
    assert "dev: made in the backend, empty as yet" in done.stdout
    assert "ask for more" in done.stdout.splitlines()[-1]
    assert answers[1]["reachable"] is True


@pytest.mark.parametrize(("outcome", "code"), [("declined", 1), ("blocked", 1), ("failed", 3)])
def test_the_command_ends_as_the_bootstrap_does(answers, outcome, code):
    answers[0].outcome = outcome

    done = CliRunner().invoke(command.bootstrap, [NAME])

    assert (done.exit_code, done.stdout) == (code, "the record\n")


def test_the_person_is_asked_with_the_preview_in_front_of_them(answers):
    CliRunner().invoke(command.bootstrap, [])
    agreed = answers[1]["agreed"]

    for word, said in (("y\n", True), ("\n", False)):
        with CliRunner().isolation(input=word):
            assert agreed(None) is said


def test_what_stands_against_it_is_told_whole_and_nothing_is_made(answers, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    with pytest.raises(CouldNotRunError, match="GITHUB_TOKEN is not set"):
        CliRunner().invoke(command.bootstrap, [], catch_exceptions=False)
    assert answers[1] == {}


def test_another_place_for_the_states_than_the_bucket_of_the_workflows_is_refused(answers, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://user:sesame@other")
    with pytest.raises(CouldNotRunError, match="names another place than s3://parity-state-111122223333") as told:
        CliRunner().invoke(command.bootstrap, [], catch_exceptions=False)
    assert "sesame" not in str(told.value)
    assert answers[1] == {}, "nothing is made"


@pytest.mark.usefixtures("answers")
def test_a_stack_of_another_project_is_no_foundation():
    assert "dev is no foundation" in CliRunner().invoke(command.bootstrap, ["dev"]).output
