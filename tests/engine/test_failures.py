"""What people see when the real CLI can't do its work: one line each, exit code 3, and what to do."""

import json
import signal
import subprocess
import sys
import time

from tests.engine.cloud_file import Fault
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, preview
from tests.program.cli.running import change

pytestmark = [*needs_pulumi, needs_the_double]


def test_a_wrong_passphrase_a_missing_one_and_a_missing_stack_are_told_apart(engine):
    said = {}
    result, said["no stack"], _ = preview_without_init(engine)
    assert result.code == 3
    engine.must("stack", "init", STACK, "--no-select")
    engine.environment["PULUMI_CONFIG_PASSPHRASE"] = "another"
    _, said["wrong"], _ = preview_without_init(engine)
    del engine.environment["PULUMI_CONFIG_PASSPHRASE"]
    _, said["missing"], _ = preview_without_init(engine)

    assert f"there is no stack {STACK} in this backend" in said["no stack"]["error"]
    assert "the passphrase is not the one" in said["wrong"]["error"]
    assert "none is set; set PULUMI_CONFIG_PASSPHRASE" in said["missing"]["error"]
    assert {record["outcome"] for record in said.values()} == {"failed"}


def preview_without_init(engine):
    folder = engine.folder / "bundle"
    result = engine.parity("preview", STACK, "--bundle", str(folder))
    return result, json.loads((folder / "record.json").read_text()), folder


def test_a_networking_stack_that_is_missing_or_lacks_an_output_is_named(engine):
    with engine.provider(STACK):
        result, record, _ = preview(engine, STACK)
        assert result.code == 3
        assert record["error"].startswith(f"the networking stack organization/networking-stack/{STACK} is not in this")

        engine.make_network(STACK)
        network = engine.folder / "network"
        deployment = json.loads((network / f"{STACK}.json").read_text())
        del deployment["deployment"]["resources"][0]["outputs"]["vpcId"]
        (network / "without.json").write_text(json.dumps(deployment))
        engine.must("stack", "import", "--stack", STACK, "--file", "without.json", folder=network)
        result, record, _ = preview(engine, STACK)

    assert result.code == 3
    assert f"networking stack organization/networking-stack/{STACK}: it has no output vpcId" in record["error"]


def test_a_plugin_and_a_backend_that_cannot_be_had_are_named(engine):
    engine.make_network(STACK)
    result, record, _ = preview(engine, STACK)
    assert (result.code, record["error"].partition(" (")[0]) == (3, "a plugin can't be had")

    engine.environment["PULUMI_BACKEND_URL"] = "file:///no/such/folder"
    result, record, _ = preview(engine, STACK)
    assert (result.code, record["error"].partition(" (")[0]) == (3, "the backend can't be reached or read")


def test_a_resource_that_aws_refuses_fails_the_apply_by_its_name(engine):
    engine.make_network(STACK)
    with engine.provider(STACK) as cloud:
        _, _, bundle = preview(engine, STACK)
        cloud.fail(Fault(operation="Create", type="aws:rds/cluster:Cluster", message="DBClusterQuotaExceeded"))

        result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) == (3, "failed")
    assert "database-cluster" in record["error"]
    assert "DBClusterQuotaExceeded" in record["error"]
    assert "tap-key" in {item["name"] for item in record["changes"]}


def test_an_apply_that_is_stopped_ends_its_step_releases_the_lock_and_says_so(engine):
    engine.make_network(STACK)
    with engine.provider(STACK) as cloud:
        _, _, bundle = preview(engine, STACK)
        cloud.fail(Fault(operation="Create", type="aws:kms/key:Key", seconds=15))
        command = [sys.executable, "-m", "program.cli", "apply", STACK, "--bundle", str(bundle)]
        process = subprocess.Popen(
            command,
            cwd=engine.project,
            env=engine.environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        while not list(engine.state.rglob("locks/**/*.json")):
            assert process.poll() is None, "the apply ended before it took its lock"
            time.sleep(0.2)
        time.sleep(5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)

    assert process.returncode == 130
    assert f"it holds no lock of stack {STACK} any more" in said
    assert list(engine.state.rglob("locks/**/*.json")) == []


def test_without_a_backend_the_state_is_a_folder_of_the_project_and_the_stack_file_stays_as_it_is(engine):
    state = engine.project / ".pulumi-state"
    state.mkdir()
    engine.environment["PULUMI_BACKEND_URL"] = f"file://{state}"
    engine.make_network(STACK)
    del engine.environment["PULUMI_BACKEND_URL"]
    stack_file = engine.project / "stacks" / f"Pulumi.{STACK}.yaml"
    before = stack_file.read_bytes()
    with engine.provider(STACK):
        result, record, _ = preview_without_init(engine)

    assert (result.code, record["outcome"]) == (0, "clean"), result.output
    assert stack_file.read_bytes() == before
    assert sorted(path.name for path in stack_file.parent.iterdir() if "pr-" in path.name) == []


def test_a_program_that_stops_in_the_preview_alone_says_where_and_why(engine):
    engine.make_network(STACK)
    change(
        engine.project,
        "program/service/stack.py",
        "def deploy() -> None:",
        "def deploy() -> None:\n    import os\n"
        "    if os.environ.get('PULUMI_CONFIG'):\n        raise pulumi.RunError('only here')\n",
    )
    with engine.provider(STACK):
        result, record, _ = preview(engine, STACK)

    assert (result.code, record["outcome"], record["error"]) == (3, "failed", "only here")
