"""An apply that kill -9 or a full disk ends, at each of its phases: what is left can always be brought to its end."""

import re
import shlex
import shutil
import subprocess

import pytest

from tests.engine.cloud_file import Fault
from tests.engine.cutting import QUIET_SECONDS, cut_off, is_locked
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, drift, must_deploy, preview
from tests.program.cli.running import change

_ENGINE, _NEEDS_PULUMI = needs_pulumi
# The mark by which no test may be skipped in CI is each test's own: not every machine lets mount a disk.
pytestmark = [_NEEDS_PULUMI, needs_the_double]

STACK_FILE = f"stacks/Pulumi.{STACK}.yaml"
MONITORING = "program/service/components/monitoring.py"
FUNCTION = "lambda-app-function"
ALARM = "monitoring-app-errors"


@pytest.fixture
def stack(deployed):
    """Return an engine in which the stack is deployed, with its cloud, and a longer time for the function to apply."""
    timeout = "config:\n  parity:lambdaTimeoutSeconds: 31\n"
    change(deployed.project, STACK_FILE, "config:\n", timeout)
    with deployed.provider(STACK) as cloud:
        yield deployed, cloud


def before_the_lock(engine, _cloud):
    """Stop where `pulumi up` is called, and has not begun."""
    path, first, called = engine.environment["PATH"], engine.folder / "first", engine.folder / "called"
    real, host = (shutil.which(name, path=path) for name in ("pulumi", "pulumi-language-python"))
    first.mkdir()
    (first / "pulumi").write_text(f'#!/bin/sh\n[ "$1" = up ] && touch {called} && sleep 60\nexec {real} "$@"\n')
    (first / "pulumi").chmod(0o755)
    (first / "pulumi-language-python").symlink_to(host)
    engine.environment["PATH"] = f"{first}:{path}"
    yield called.exists
    engine.environment["PATH"] = path


def while_the_program_runs(engine, _cloud):
    """Stop as soon as the lock is taken: the program takes longer than that to import what it needs."""
    yield lambda: is_locked(engine)


def in_an_update_that_aws_did_not_do(engine, cloud):
    """Stop in the update, before AWS has done anything."""
    cloud.fail(Fault(operation="Update", name=FUNCTION, seconds=60))
    yield lambda: _pending(engine, "updating")


def between_a_replacement_and_the_delete(engine, cloud):
    """Stop when the new one is made, and the old one is being deleted."""
    cloud.fail(Fault(operation="Delete", name=ALARM, seconds=60))
    yield lambda: _pending(engine, "deleting")


def when_a_replaced_one_is_deleted(engine, cloud):
    """Stop when AWS has deleted the old one, and the answer is late."""
    cloud.fail(Fault(operation="Delete", name=ALARM, seconds=60, done=True))
    yield lambda: _pending(engine, "deleting")


def _pending(engine, kind):
    """Tell whether the state says that such an operation is under way."""
    return f'"{kind}"' in _state(engine).read_text()


def _state(engine):
    return engine.state / ".pulumi" / "stacks" / "parity" / f"{STACK}.json"


def follow_the_advice(engine, command):
    """Run the command, and then what each one advises, until one has nothing more to advise: that one has succeeded."""
    done = []
    while command:
        done.append(command)
        said = engine.parity(*shlex.split(command))
        (command,) = set(re.findall(r"\./parity (recover [^`\n(]+)", said.output)) or {""}
        assert command.strip() not in done, f"{command} advises itself: {said.output}"
    assert said.code == 0, said.output


REPLACING = (between_a_replacement_and_the_delete, when_a_replaced_one_is_deleted)


@_ENGINE
@pytest.mark.parametrize(
    "phase",
    [
        before_the_lock,
        while_the_program_runs,
        in_an_update_that_aws_did_not_do,
        *REPLACING,
    ],
    ids=lambda phase: phase.__name__.replace("_", " "),
)
def test_an_apply_that_is_cut_off_is_brought_to_its_end(stack, phase):
    engine, cloud = stack
    if phase in REPLACING:
        # An alarm under another name is another alarm.
        change(engine.project, MONITORING, '(f"{service}-{kind}", "alarm")', '(f"{service}-{kind}s", "alarm")')
    _, planned, bundle = preview(engine, STACK)
    assert planned["outcome"] == "clean", planned
    place = phase(engine, cloud)

    rest = 0 if phase is while_the_program_runs else QUIET_SECONDS
    cut_off(engine, "apply", STACK, "--bundle", str(bundle), when=next(place), rest=rest)
    next(place, None)
    cloud.heal()

    follow_the_advice(engine, f"recover {STACK}")
    result, planned, bundle = preview(engine, STACK, "again")
    assert planned["outcome"] in ("clean", "unchanged"), result.output
    result, _ = apply(engine, STACK, bundle)
    assert result.code == 0, result.output
    assert drift(engine, STACK)[1]["verdict"] == "clean"
    assert cloud.properties(FUNCTION)["timeout"] == 31
    most = 2 if phase in REPLACING else 1
    assert max(cloud.read().made.values()) == most, "something was made once more than the change asks for"


def can_mount(folder):
    """Tell whether a small disk can be had, which takes more rights than CI may have elsewhere."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of its own, of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not can_mount(folder):
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_disk_of_the_state_that_is_full_is_told_and_what_was_done_is_found_again(stack, small_disk):
    engine, cloud = stack
    shutil.copytree(engine.state, small_disk / "state")
    engine.environment["PULUMI_BACKEND_URL"] = f"file://{small_disk}/state"
    _, _, bundle = preview(engine, STACK)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(b"0" * (free - 100 * 1024))

    result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) != (0, "applied"), result.output
    assert f"there is no space left for the state of stack {STACK}" in record["error"]
    (small_disk / "filler").unlink()
    cloud.heal()
    follow_the_advice(engine, re.findall(r"\./parity (recover [^`\n(]+)", record["error"])[0])
    must_deploy(engine, STACK)
    assert drift(engine, STACK)[1]["verdict"] == "clean"
    assert cloud.properties(FUNCTION)["timeout"] == 31
