"""The steps by which a foundation is taken down, wherever an earlier run came to; the engine's test runs them."""

import json
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from policies.limits import load_limits
from program.cli.foundations import refuse_problems
from program.engine.bootstrap import taking_down
from program.engine.bootstrap.remains import forget_providers, left_over, write_providers
from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.records import DestroyRecord, record_of
from program.errors import CouldNotRunError
from program.offline.stacks import read_stack
from program.project.definition import FOUNDATION, ROOT
from program.project.stackfile import read_stack_file
from tests.program.engine.test_bootstrap_steps import BUCKET, NAME, OUTPUTS, copy_of_the_project

LOCAL = ""
FILE = "stacks/foundation/Pulumi.main.yaml"
URN = "urn:pulumi:main::foundation::aws:s3/bucket:Bucket::"
CONFIRMED = (NAME,)
RUN = f"move {BUCKET} to local by passphrase"


def checkpoint(*names, protect=False, pending=()):
    """Return a deployment of resources of these names."""
    resources = [
        {"urn": URN + name, "type": "aws:s3/bucket:Bucket", "custom": True, "protect": protect} for name in names
    ]
    left = [{"type": "deleting", "resource": {"urn": URN + name}} for name in pending]
    return parse_checkpoint(json.dumps({"deployment": {"resources": resources, "pending_operations": left}}), NAME)


WHOLE = ("state-bucket", "state-bucket-key")


@pytest.fixture
def steps(monkeypatch):
    """Return what is done, which states there are by backend, and what the bucket's listing says."""
    found = SimpleNamespace(done=[], said=[], held={BUCKET: checkpoint(*WHOLE)}, listing="[]", error=None)

    @contextmanager
    def workspace(_name, *, backend, **_others):
        yield SimpleNamespace(backend=backend, root=ROOT, project=FOUNDATION, stack="main", name=NAME)

    class Destroyer:
        def __init__(self, *, stack, place, **_):
            self.stack, self.place = stack, place

        def destroy(self, confirmed):
            found.done.append(f"destroy {self.place.backend or 'local'}, confirmed {' '.join(confirmed)}")
            outcome = "failed" if found.error else "destroyed"
            return record_of(DestroyRecord, self.stack, ROOT, outcome=outcome, error=found.error)

    def move(source, target, provider):
        found.done.append(f"move {source.backend} to {target.backend or 'local'} by {provider}")
        found.held[target.backend] = found.held.pop(source.backend)

    def listed(_place):
        found.done.append("list")
        return found.listing

    monkeypatch.setattr(taking_down, "workspace", workspace)
    monkeypatch.setattr(taking_down, "found_checkpoint", lambda place: found.held.get(place.backend))
    monkeypatch.setattr(taking_down, "take_turn", lambda *_, **__: None)
    monkeypatch.setattr(taking_down, "stacks_beside", listed)
    monkeypatch.setattr(taking_down, "move", move)
    monkeypatch.setattr(taking_down, "Destroyer", Destroyer)
    return found


def of_the_file(mode="ephemeral"):
    stack = read_stack(read_stack_file(NAME), load_limits())
    config = {**stack.file.config, "foundation:dataProtection": mode}
    return replace(stack, file=replace(stack.file, config=config))


def run(steps, *, reachable=True, confirmed=CONFIRMED, mode="ephemeral"):
    stack = of_the_file(mode)
    taken = taking_down.TakingDown(stack=stack, backend=BUCKET, reachable=reachable, say=steps.said.append)
    return taken.run(confirmed)


DESTROYED = f"destroy local, confirmed {NAME}"


def test_the_state_leaves_the_bucket_before_anything_is_destroyed(steps):
    assert run(steps).outcome == "destroyed"
    assert steps.done == ["list", RUN, DESTROYED]


def test_a_state_that_is_in_both_places_leaves_the_bucket(steps):
    steps.held[LOCAL] = checkpoint(*WHOLE)

    assert run(steps).outcome == "destroyed"
    assert steps.done == ["list", RUN, DESTROYED]


def test_a_state_that_has_left_the_bucket_is_destroyed_where_it_is_once_nothing_stands_on_it(steps):
    steps.held = {LOCAL: checkpoint(*WHOLE)}

    assert run(steps).outcome == "destroyed"
    assert steps.done == ["list", DESTROYED]


@pytest.mark.parametrize("left", [(), ("state-bucket",)], ids=["nothing", "without its key"])
def test_a_bucket_that_nobody_can_read_any_more_is_not_asked_for_other_stacks(steps, left):
    steps.held = {LOCAL: checkpoint(*left)}

    assert run(steps).outcome == "destroyed"
    assert steps.done == [DESTROYED]


def test_a_failure_says_where_the_state_lies(steps):
    steps.error = "AccessDenied: no"

    record = run(steps)

    assert record.outcome == "failed"
    assert record.error.startswith("AccessDenied: no; the state of what is left lies in .pulumi-state/, which no other")
    assert "\n" not in record.error


def test_what_is_gone_is_gone(steps):
    steps.held = {}

    assert run(steps, reachable=False).outcome == "destroyed"
    assert steps.done == []
    assert steps.said[-1].startswith(f"there is no bucket {BUCKET}, and no state of {NAME} in .pulumi-state/")


def test_a_bucket_without_the_foundations_state_is_no_sign_that_it_is_gone(steps):
    steps.held = {}

    with pytest.raises(CouldNotRunError, match=r"neither in s3://bucket\S+, which is there, nor in \.pulumi-state/"):
        run(steps)


def refusals(steps, **options):
    record = run(steps, **options)
    assert record.outcome == "refused"
    assert set(steps.done) <= {"list"}, "nothing is moved or destroyed"
    return [(refusal.code, refusal.found, refusal.fix) for refusal in record.refusals]


def test_not_without_its_name(steps):
    assert [code for code, *_ in refusals(steps, confirmed=())] == ["unconfirmed"]


def test_what_its_file_protects_stays_and_the_line_is_told_that_would_let_it_go(steps):
    ((code, found, fix),) = refusals(steps, mode="protected")

    assert (code, found) == ("protected", f"protected, the default, in {FILE}:1")
    assert fix == (
        f"write `foundation:dataProtection: ephemeral` into {FILE}, then `./parity bootstrap {NAME}`, which takes the "
        "protection off"
    )


def test_what_is_deployed_protected_stays_though_the_file_lets_it_go(steps):
    steps.held[BUCKET] = checkpoint(*WHOLE, protect=True)

    assert refusals(steps) == [
        (
            "protected",
            "what was deployed before: state-bucket, state-bucket-key",
            f"`./parity bootstrap {NAME}` takes the protection off",
        )
    ]


def test_every_other_stack_that_has_resources_is_named_with_what_takes_it_away(steps):
    counts = {
        "main": 200,
        "organization/parity/dev": 52,
        "organization/parity/staging": 0,
        "organization/networking-stack/dev": 33,
        "organization/parity/pr-7": 50,
        "organization/other/main": 1,
    }
    steps.listing = json.dumps([{"name": name, "resourceCount": count} for name, count in counts.items()])

    assert refusals(steps) == [
        ("stack-left", "network/dev, with 33", "`./parity destroy network/dev --confirm network/dev` first"),
        ("stack-left", "other/main, with 1", "destroy other/main with the program that made it first"),
        ("stack-left", "dev, with 52", "`./parity destroy dev --confirm dev` first"),
        ("stack-left", "pr-7, with 50", "`./parity destroy pr-7 --config-file .github/review-stack.yaml` first"),
    ]


def test_a_listing_that_is_none_is_told(steps):
    steps.listing = "{"

    with pytest.raises(CouldNotRunError, match="printed no list of the stacks in s3://bucket"):
        run(steps)


def test_after_an_update_that_was_cut_off_nothing_is_moved(steps):
    steps.held[BUCKET] = checkpoint(*WHOLE, pending=("image",))

    with pytest.raises(CouldNotRunError, match=f"`./parity recover {NAME}` says what became of each"):
        run(steps)
    assert steps.done == []


def test_the_stack_files_forget_the_foundations_keys(tmp_path):
    root = copy_of_the_project(tmp_path)
    files = sorted((root / "stacks").rglob("Pulumi.*.yaml"))
    before = [file.read_text() for file in files]
    list(write_providers(OUTPUTS, root))
    dev = root / "stacks/Pulumi.dev.yaml"
    dev.write_text(f"encryptedkey: of-the-tests\n{dev.read_text()}")

    said = list(forget_providers(NAME, root))

    assert "stacks/network/Pulumi.prod.yaml: names no key any more" in said
    assert [file.read_text() for file in files] == before
    assert list(forget_providers(NAME, root)) == [], "run again, it changes nothing"


def test_what_is_left_is_told_as_far_as_there_is_any():
    few = list(left_over(days=7, keeps_provider=False, backend_is_set=False))
    all_of_it = list(left_over(days=7, keeps_provider=True, backend_is_set=True))

    assert few[0].startswith("AWS deletes its keys in 7 days")
    assert [line for line in all_of_it if line not in few] == [
        "unset PULUMI_BACKEND_URL, which names the bucket that is gone",
        "GitHub's OIDC provider stays in the account, as it was there before",
    ]


def test_all_that_is_wrong_is_told_at_once_whoever_can_not_be_asked(monkeypatch):
    def nobody(*_, **__):
        raise CouldNotRunError("nobody answers")
        yield

    settings = of_the_file().settings
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://other")
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-tests")
    monkeypatch.setattr("program.engine.bootstrap.account.account_problems", nobody)
    monkeypatch.setattr("program.github.rights.repository_problems", nobody)

    with pytest.raises(CouldNotRunError) as told:
        refuse_problems(settings)

    assert str(told.value).splitlines()[1:] == ["nobody answers", "nobody answers"]
    assert str(told.value).startswith("PULUMI_BACKEND_URL names another place")
