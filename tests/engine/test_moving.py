"""A state moves from one backend into another: all of it, its secrets under another key, and nothing is gone before."""

import json
from contextlib import contextmanager

import pytest

from program.engine.bootstrap.moving import move
from program.engine.pulumi_cli.workspace import existing_checkpoint, found_checkpoint, make_stack, workspace
from program.errors import CouldNotRunError
from tests.engine.harness import STACK, needs_pulumi

pytestmark = needs_pulumi
PROVIDER = "passphrase"


@pytest.fixture
def places(deployed, monkeypatch):
    """Return what gives both workspaces: where the stack is deployed, and a backend that is still empty."""
    for name, value in deployed.environment.items():
        monkeypatch.setenv(name, value)
    target = deployed.folder / "bucket"
    target.mkdir()

    @contextmanager
    def opened():
        source = workspace(STACK, config_file=None, say=print, root=deployed.project)
        with (
            source as here,
            workspace(STACK, config_file=None, say=print, root=deployed.project, backend=f"file://{target}") as there,
        ):
            yield here, there

    return opened


def held(place):
    return {(state.urn, state.id) for state in existing_checkpoint(place).states}


def test_all_resources_are_in_the_new_place_and_none_in_the_old(places, deployed):
    with places() as (here, there):
        before, keys = held(here), existing_checkpoint(here).keys

        move(here, there, PROVIDER)

        assert held(there) == before
        assert existing_checkpoint(there).keys.keys() == keys.keys()
        assert existing_checkpoint(there).keys != keys, "what is secret is encrypted by the new place's own key"
        assert found_checkpoint(here) is None
    kept = json.loads((deployed.project / ".pulumi-state" / "moved" / f"{STACK}.json").read_text())
    assert {item["urn"] for item in kept["deployment"]["resources"]} == {urn for urn, _ in before}, "a copy is left"


def test_a_move_that_was_cut_off_after_the_import_goes_on(places):
    with places() as (here, there):
        make_stack(there)
        file = here.config_file.with_name("deployment.json")
        file.write_text(here.must("stack", "export", "--show-secrets"))
        there.must("stack", "import", "--file", str(file))

        move(here, there, PROVIDER)

        assert found_checkpoint(here) is None


def test_a_move_that_was_cut_off_before_the_import_goes_on(places):
    with places() as (here, there):
        make_stack(there)
        before = held(here)

        move(here, there, PROVIDER)

        assert held(there) == before


def test_another_deployment_in_the_new_place_stops_it_and_nothing_is_removed(places):
    with places() as (here, there):
        before = held(here)
        deployment = json.loads(here.must("stack", "export", "--show-secrets"))
        last = deployment["deployment"]["resources"].pop()
        make_stack(there)
        file = here.config_file.with_name("deployment.json")
        file.write_text(json.dumps(deployment))
        there.must("stack", "import", "--file", str(file))

        with pytest.raises(CouldNotRunError, match="is not the one in file") as refused:
            move(here, there, PROVIDER)

        assert last["urn"] in str(refused.value), "the line names the first resource that differs"
        assert held(here) == before


def test_no_secret_of_the_moved_state_lies_in_a_file_afterwards(places, deployed):
    with places() as (here, there):
        move(here, there, PROVIDER)

    left = [file for file in (deployed.project / ".pulumi-state").rglob("*") if file.is_file()]
    assert all("plaintext" not in file.read_text(errors="replace") for file in left), left
