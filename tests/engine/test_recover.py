"""After an update that was cut off, the next command says what is, and the advice that it prints works."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from program.project.definition import ROOT
from tests.engine.cloud_file import Fault
from tests.engine.cutting import cut_off, has, is_locked, running, wait_until
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, destroy, drift, preview
from tests.program.cli.running import change

pytestmark = [*needs_pulumi, needs_the_double]

STACK_FILE = f"stacks/Pulumi.{STACK}.yaml"
FUNCTION = "lambda-app-function"
GUIDE = ROOT / ".github" / "RECOVERING.md"


@pytest.fixture
def deployed_stack(deployed):
    """Return an engine in which the stack is deployed, with its cloud."""
    with deployed.provider(STACK) as cloud:
        yield deployed, cloud


def advised(text):
    """Return the command of ours that the text advises, as words."""
    (command,) = set(re.findall(r"\./parity (recover [^`\n(]+)", text))
    return shlex.split(command)


def written(command, **values):
    """Return a command of the guide as words after what runs it, with the test's own values."""
    assert command in commands_of_the_guide(), f"{GUIDE.name} has no command {command!r} any more; mend the test"
    for name, value in {"dev": STACK, **values}.items():
        command = re.sub(rf"(?<=\s){re.escape(name)}(?=\s|$)", str(value), command)
    return shlex.split(command.removeprefix("./parity ").removeprefix("pulumi "))


def commands_of_the_guide():
    """Return the guide's commands of ours and of Pulumi's; AWS's own need an account."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    return [line for line in lines if not line.startswith("aws ")]


def recover(engine, *options):
    result = engine.parity("recover", STACK, "--format", "json", *options)
    return result, json.loads(result.stdout)


def state_file(engine):
    return engine.state / ".pulumi" / "stacks" / "parity" / f"{STACK}.json"


def fates(record):
    return {fate["urn"].rpartition("::")[2]: (fate["action"], fate["operation"]) for fate in record["fates"]}


def with_timeout(engine, seconds):
    change(engine.project, STACK_FILE, "config:\n", f"config:\n  parity:lambdaTimeoutSeconds: {seconds}\n")


def test_what_a_first_deployment_made_without_knowing_is_adopted_and_nothing_is_left_over(engine):
    engine.make_network(STACK)
    before = (engine.project / STACK_FILE).read_bytes()
    made = ("tap-key", "database-security-group", "database-instance-parameters")
    with engine.provider(STACK) as cloud:
        _, _, bundle = preview(engine, STACK)
        for name in made:
            cloud.fail(Fault(operation="Create", name=name, seconds=6, done=True))
        cloud.fail(Fault(operation="Create", name="database-monitoring-role", seconds=6, message="Throttling"))
        cut_off(engine, "apply", STACK, "--bundle", str(bundle), when=lambda: has(cloud, *made))
        cloud.heal()

        _, found = drift(engine, STACK)
        assert found["verdict"] == "check-failed"
        assert advised(found["error"]) == written("./parity recover dev")
        said = engine.parity(*advised(found["error"]))
        assert said.code == 1, said.output
        command = advised(said.stdout)
        assert command == ["recover", STACK, "--yes", "--unlock"], said.output
        result = engine.parity("recover", STACK, "--yes")
        assert (result.code, advised(result.stdout)) == (1, command), "a lock goes only when that is said"
        kept = engine.folder / "recovered"
        file = engine.folder / "recovered.json"
        command = written("./parity recover dev --yes --unlock --bundle build/recovered", **{"build/recovered": kept})
        result = engine.parity(*command, "--record", str(file))

        assert result.code == 0, result.output
        record = json.loads(file.read_text())
        assert record["outcome"] == "recovered"
        told = fates(record)
        assert {name for name, fate in told.items() if fate == ("adopt", "creating")} == set(made)
        assert told["database-monitoring-role"] == ("clear", "creating")
        assert json.loads((engine.project / record["backup"]).read_text())["deployment"]["pending_operations"]
        assert (engine.project / STACK_FILE).read_bytes() == before, "the stack file is the project's"
        planned = {
            item["name"]: item["operation"] for item in json.loads((kept / "record.json").read_text())["changes"]
        }
        assert set(planned.values()) == {"create"}
        assert not set(made) & set(planned)
        words = written("./parity apply dev --bundle build/recovered", **{"build/recovered": kept})
        result = engine.parity(*words, "--format", "json")
        applied = result.json()
        assert (result.code, applied["outcome"], applied["differences"]) == (0, "applied", []), result.output
        assert set(cloud.read().made.values()) == {1}, "something was made twice"
        backup = written("pulumi stack import --stack dev --file BACKUP", BACKUP=record["backup"])
        whole = engine.export(STACK)
        engine.must(*backup)
        assert engine.export(STACK)["deployment"]["resources"] != whole["deployment"]["resources"]
    assert not list((engine.project / ".pulumi-state").glob("*-*-*")), "what a killed run left is removed by the next"


def test_an_update_and_a_delete_that_were_cut_off_are_read_from_the_cloud(deployed_stack):
    engine, cloud = deployed_stack
    with_timeout(engine, 31)
    _, _, bundle = preview(engine, STACK)
    cloud.fail(Fault(operation="Update", name=FUNCTION, seconds=6, done=True))
    cut_off(engine, "apply", STACK, "--bundle", str(bundle), when=lambda: cloud.properties(FUNCTION)["timeout"] == 31)
    cloud.heal()

    result, record = recover(engine, "--yes", "--unlock")

    assert (result.code, fates(record)) == (0, {FUNCTION: ("refresh", "updating")}), result.output
    assert "0 to" not in result.stderr
    assert re.search(r"NO CHANGE  \S+: \d+ unchanged", result.stderr), "what was done is not to be done again"

    cloud.fail(Fault(operation="Delete", name="monitoring-app-errors", seconds=6, done=True))
    cut_off(engine, "destroy", STACK, "--confirm", STACK, when=lambda: not has(cloud, "monitoring-app-errors"))
    cloud.heal()
    result, record = recover(engine, "--yes", "--unlock")
    assert fates(record)["monitoring-app-errors"] == ("forget", "deleting"), result.output
    result, record = destroy(engine, STACK, "--confirm", STACK)
    assert (result.code, record["outcome"]) == (0, "destroyed"), result.output
    assert cloud.read().resources == {}


def test_an_update_that_runs_is_named_and_waited_for_and_nobody_advises_to_break_it(deployed_stack):
    engine, cloud = deployed_stack
    with_timeout(engine, 31)
    _, _, bundle = preview(engine, STACK)
    cloud.fail(Fault(operation="Update", name=FUNCTION, seconds=8))
    with running(engine, "apply", STACK, "--bundle", str(bundle)) as process:
        wait_until(lambda: is_locked(engine), process, engine)

        second = engine.parity("apply", STACK, "--bundle", str(bundle))
        _, found = drift(engine, STACK)
        refused, _ = recover(engine, "--yes")
        result = engine.parity(*written("./parity drift dev --wait 900"), "--format", "json")

        assert process.wait() == 0, (engine.folder / "said").read_text()
    assert (second.code, found["verdict"], refused.code) == (3, "check-failed", 1)
    for said in (second.stderr, found["error"]):
        assert f"stack {STACK} is being updated by " in said
        assert "wait for it (--wait SECONDS)" in said
    assert "waiting, for at most 900 seconds" in result.stderr
    assert (result.code, result.json()["verdict"]) == (0, "clean"), result.output


def test_a_state_that_moves_between_the_check_and_the_lock_is_told(deployed_stack):
    engine, cloud = deployed_stack
    with_timeout(engine, 31)
    _, _, bundle = preview(engine, STACK)
    moved = engine.export(STACK)
    for resource in moved["deployment"]["resources"]:
        if resource["urn"].endswith(f"::{FUNCTION}"):
            resource["inputs"]["timeout"] = resource["outputs"]["timeout"] = 45
    cloud.set_property(FUNCTION, "timeout", 45)
    (engine.folder / "moved.json").write_text(json.dumps(moved))
    # Somebody else's update, just before the CLI takes its lock.
    path, first = engine.environment["PATH"], engine.folder / "first"
    real, host = (shutil.which(name, path=path) for name in ("pulumi", "pulumi-language-python"))
    first.mkdir()
    (first / "pulumi").write_text(
        f'#!/bin/sh\n[ "$1" = up ] && {real} stack import --stack {STACK} --file {engine.folder}/moved.json >&2\n'
        f'exec {real} "$@"\n'
    )
    (first / "pulumi").chmod(0o755)
    # The language host is found beside the CLI.
    (first / "pulumi-language-python").symlink_to(host)
    engine.environment["PATH"] = f"{first}:{path}"

    result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) == (1, "different"), result.output
    assert f"{FUNCTION} timeout was planned 30 -> 31, and done 45 -> 31" in record["error"]


def test_a_state_that_is_damaged_is_told_with_the_way_back_which_works(deployed_stack):
    engine, _ = deployed_stack
    state = state_file(engine)
    whole = state.read_text()
    for damaged in (whole[: len(whole) // 2], "", "{}"):
        state.write_text(damaged)
        said = engine.parity("recover", STACK)
        assert said.code == 3
        assert "holds no deployment" in said.stderr or "is cut off or damaged" in said.stderr
        assert f"{STACK}.json.bak" in said.stderr
        assert "Error" not in said.stderr, "no class of Python says anything to anybody"
        shutil.copy(state.with_name(f"{state.name}.bak"), state)
        assert engine.parity(*advised(said.stderr)).code == 0

    state.write_text(whole.replace('"version": 3', '"version": 99').replace('"version":3', '"version":99'))
    assert "was written by a newer Pulumi CLI" in engine.parity("recover", STACK).stderr

    data = json.loads(whole)
    data["checkpoint"]["latest"]["resources"].reverse()
    state.write_text(json.dumps(data))
    _, found = drift(engine, STACK)
    assert "contradicts itself" in found["error"]
    engine.must(*written("pulumi state repair --stack dev --yes"))
    assert drift(engine, STACK)[1]["verdict"] == "clean"


def test_a_cloud_in_which_nothing_of_the_stack_is_says_whose_it_is_not(deployed_stack):
    engine, cloud = deployed_stack
    with cloud.change() as contents:
        contents.resources.clear()

    _, found = drift(engine, STACK)
    _, planned, _ = preview(engine, STACK, "undoing", "--refresh")

    assert (found["verdict"], planned["outcome"]) == ("check-failed", "failed")
    for said in (found["error"], planned["error"]):
        assert f"resources of stack {STACK} is in the cloud that was asked; they were deployed to account 9" in said
        assert "check the credentials" in said
    words = written("./parity destroy dev --confirm dev")
    assert f"`./parity {shlex.join(words)}`" in found["error"]
    result = engine.parity(*words)
    assert result.code == 0, "the advice for what was really deleted works"


def test_a_read_that_was_cut_off_blocks_nothing(deployed_stack):
    engine, _ = deployed_stack
    state = engine.export(STACK)
    network = next(item for item in state["deployment"]["resources"] if item["type"].endswith(":StackReference"))
    file = state_file(engine)
    data = json.loads(file.read_text())
    data["checkpoint"]["latest"]["pending_operations"] = [{"type": "reading", "resource": network}]
    file.write_text(json.dumps(data))

    result, found = drift(engine, STACK)

    assert (result.code, found["verdict"]) == (0, "clean"), result.output


def test_every_command_of_the_guide_is_run_by_a_test():
    source = Path(__file__).read_text()

    assert [command for command in commands_of_the_guide() if f'"{command}"' not in source] == []
