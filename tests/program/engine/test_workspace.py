"""Where the CLI runs: its backend, its environment, its version, and a stack file that stays as it was reviewed."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

from program.engine.pulumi_cli.workspace import (
    BACKEND_VARIABLE,
    existing_checkpoint,
    made_checkpoint,
    make_stack,
    stacks_beside,
    workspace,
)
from program.errors import CouldNotRunError
from tests.program.cli.running import copy_of_the_project
from tests.program.engine.standin import NO_SUCH_STACK, STACK, VERSION, exported, recorded_checkpoint

SALT = "encryptionsalt: v1:salt\n"
PASSPHRASE = {"type": "passphrase", "state": {"salt": "v1:salt"}}
STACK_FILE = f"stacks/Pulumi.{STACK}.yaml"


def opened(project, said, stack=STACK, config_file=None):
    return workspace(stack, config_file=config_file, say=said.append, root=project)


def test_without_a_backend_of_its_own_the_state_is_a_folder_that_is_made(project, pulumi, said):
    with opened(project, said) as place:
        assert place.embedded
        assert place.backend == "embedded"
        assert place.version == VERSION

    state = project / ".pulumi-state"
    assert state.is_dir()
    assert pulumi.call("version")["environment"] == {
        BACKEND_VARIABLE: f"file://{state}",
        "PULUMI_DEBUG_COMMANDS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    assert pulumi.call("version")["folder"] == str(project)


def test_a_backend_that_is_given_is_taken(project, pulumi, said, monkeypatch):
    monkeypatch.setenv(BACKEND_VARIABLE, "s3://states?region=us-east-1")

    with opened(project, said) as place:
        assert not place.embedded
        assert place.backend == "s3://states?region=us-east-1"

    assert pulumi.call("version")["environment"][BACKEND_VARIABLE] == "s3://states?region=us-east-1"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://states.example:8443/team", "https://states.example:8443/team"),
        ("https://user:sesame@states.example:8443/team", "https://states.example:8443/team"),
        ("https://user:ses@me@states.example", "https://states.example"),
        ("s3://states/parity?region=x&awssdk=v2&profile=me#x", "s3://states/parity?awssdk=v2&profile=me&region=x"),
        (
            "postgres://states.example/db?password=sesame&sslmode=require",
            "postgres://states.example/db?password=[hidden]&sslmode=require",
        ),
        ("s3://states?of-tomorrow=sesame", "s3://states?of-tomorrow=[hidden]"),
        (
            "s3://states?endpoint=https://user:sesame@minio.example:9000/?sig=sesame",
            "s3://states?endpoint=https://minio.example:9000/?sig=[hidden]",
        ),
        ("file:///states", "file:///states"),
        ("file://~", "file://~"),
    ],
)
@pytest.mark.usefixtures("pulumi")
def test_a_backend_is_shown_without_user_and_password_wherever_they_stand(project, said, monkeypatch, url, shown):
    monkeypatch.setenv(BACKEND_VARIABLE, url)

    with opened(project, said) as place:
        assert place.backend == shown


@pytest.mark.parametrize(
    "url",
    [
        "postgres://states.example/db?user=parity&password=open-sesame",
        "postgres://parity:open-sesame@states.example/db",
        "postgres://parity:open%2Dsesame@states.example/db",
        "s3://states?endpoint=https://parity:open-sesame@minio.example",
        "s3://states?signature=open%2Dsesame",
    ],
)
def test_no_password_of_a_backend_is_in_anything_that_the_cli_says(project, pulumi, said, monkeypatch, url):
    monkeypatch.setenv(BACKEND_VARIABLE, url)
    words = f"error: unable to open {url}: open-sesame is wrong for parity-dev\n"
    pulumi.answer("stack rm", code=1, stdout=words, stderr=words)

    with opened(project, said) as place:
        ran = place.run("stack", "rm", seconds=30)
        with pytest.raises(CouldNotRunError) as failed:
            place.must("stack", "rm")

    assert "sesame" not in f"{ran}{failed.value}{said}{place.backend}"
    assert "is wrong for parity-dev" in ran.stderr, "only the password itself is hidden"


def test_what_the_cli_writes_as_data_stays_as_it_is(project, pulumi, said, monkeypatch):
    monkeypatch.setenv(BACKEND_VARIABLE, "postgres://states.example/db?password=open-sesame")
    pulumi.answer("stack export", stdout='{"a": "open-sesame"}')

    with opened(project, said) as place:
        assert place.must("stack", "export") == '{"a": "open-sesame"}'


@pytest.mark.parametrize("given", ["", "/a/folder"])
def test_compiled_modules_lie_outside_of_the_project(project, pulumi, said, monkeypatch, given):
    monkeypatch.setenv("XDG_CACHE_HOME", "/a/cache")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", given)

    with opened(project, said):
        pass

    assert pulumi.call("version")["cache"] == (given or "/a/cache/parity/pycache")


@pytest.mark.parametrize("url", ["https://user:sesame@[states", "https://user:sesame@states\u2100.example"])
@pytest.mark.usefixtures("pulumi")
def test_a_backend_that_is_no_address_is_one_line_without_it(project, said, monkeypatch, url):
    monkeypatch.setenv(BACKEND_VARIABLE, url)

    with pytest.raises(CouldNotRunError, match=r"^PULUMI_BACKEND_URL is no address; give one such as s3://") as failed:
        opened(project, said).__enter__()

    assert "sesame" not in str(failed.value)
    assert list((project / ".pulumi-state").iterdir()) == []


def test_commands_are_for_the_stack_and_their_stderr_is_said(place, pulumi, said):
    pulumi.answer("stack export", stdout="x", stderr="a warning\n")

    assert place.must("stack", "export") == "x"
    assert pulumi.options("stack export")["--stack"] == STACK
    assert said == ["pulumi: a warning"]


def test_a_command_that_fails_is_one_line(place, pulumi):
    pulumi.answer("stack rm", code=1, stderr="error: something else\n")

    with pytest.raises(CouldNotRunError, match=rf"^pulumi failed for stack {STACK} with exit code 1: something else$"):
        place.must("stack", "rm")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"signals": [2], "seconds": 30}, "stopped, and ended what it was at; it holds no lock of stack"),
        ({"signals": [2, 2], "seconds": 30, "deaf": True}, "killed; a lock of stack"),
    ],
    ids=["the CLI ends by itself", "the CLI is killed"],
)
def test_a_command_that_is_stopped_says_what_became_of_the_lock(place, pulumi, said, answer, word):
    pulumi.answer("up", **answer)

    with pytest.raises(KeyboardInterrupt):
        place.run("up", seconds=60)

    assert said[-1].startswith(f"pulumi: {word}")


@pytest.mark.usefixtures("pulumi")
def test_all_stacks_of_the_backend_are_listed_whatever_their_project(place, pulumi):
    pulumi.answer("stack ls", stdout="[]")
    assert stacks_beside(place) == "[]"
    assert {"--json", "--all"} <= set(pulumi.options("stack ls"))

    pulumi.answer("stack ls", code=1, stderr="error: no\nmore\n")
    with pytest.raises(CouldNotRunError, match="the stacks can't be listed: error: no more"):
        stacks_beside(place)


@pytest.mark.usefixtures("pulumi")
def test_each_run_has_a_copy_of_its_own_and_takes_it_away(project, said):
    reviewed = (project / STACK_FILE).read_text()

    with opened(project, said) as place, opened(project, said) as other:
        assert place.config_file != other.config_file
        place.config_file.write_text("written by the CLI")
        assert other.config_file.read_text() == (project / STACK_FILE).read_text() == reviewed

    assert not list((project / ".pulumi-state").iterdir())


def test_what_the_state_is_encrypted_with_is_in_the_copy(place, pulumi):
    reviewed = place.config_file.read_text()
    pulumi.answer("stack export", stdout=json.dumps({"deployment": {"secrets_providers": PASSPHRASE}}))

    existing_checkpoint(place)

    assert place.config_file.read_text() == reviewed + SALT


def test_what_the_reviewed_file_has_itself_goes_before_it(project, pulumi, said):
    reviewed = project / STACK_FILE
    reviewed.write_text(f"encryptionsalt: v1:own\n{reviewed.read_text()}")
    pulumi.answer("stack export", stdout=json.dumps({"deployment": {"secrets_providers": PASSPHRASE}}))

    with opened(project, said) as place:
        existing_checkpoint(place)
        assert place.config_file.read_text() == reviewed.read_text()


@pytest.mark.parametrize("text", ["", "- a list\n", "{ no yaml", "config: {}\nconfig: {}\n"])
def test_a_file_that_holds_nothing_of_the_clis_gets_it_all_the_same(place, pulumi, text):
    place.config_file.write_text(text)
    pulumi.answer("stack export", stdout=json.dumps({"deployment": {"secrets_providers": PASSPHRASE}}))

    existing_checkpoint(place)

    assert place.config_file.read_text() == text + SALT


@pytest.mark.usefixtures("pulumi")
def test_a_review_stack_has_its_file_elsewhere(project, said, tmp_path):
    file = tmp_path / "review.yaml"
    shutil.copy(project / STACK_FILE, file)

    with opened(project, said, stack="pr-7", config_file=file) as place:
        assert place.config_file.name == "Pulumi.pr-7.yaml"
        assert place.config_file.read_text() == file.read_text()


@pytest.mark.usefixtures("pulumi")
def test_a_stack_without_a_file_is_one_line(project, said):
    with pytest.raises(CouldNotRunError, match=r"^Pulumi\.pr-7\.yaml: No such file or directory; every stack has"):
        opened(project, said, stack="pr-7").__enter__()


@pytest.mark.parametrize(
    ("said_version", "error"),
    [
        ("v3.1.0", r"^pulumi is v3\.1\.0; Pulumi\.yaml needs .*: install a newer Pulumi CLI$"),
        ("nothing", r"^pulumi version says 'nothing', which is no version; check what pulumi is on PATH$"),
    ],
)
def test_a_cli_that_is_too_old_or_none_is_refused(project, pulumi, said, said_version, error):
    pulumi.answer("version", stdout=f"{said_version}\n")

    with pytest.raises(CouldNotRunError, match=error):
        opened(project, said).__enter__()


def test_a_project_that_asks_for_no_version_takes_each(project, pulumi, said):
    file = project / "Pulumi.yaml"
    file.write_text(re.sub(r"(?m)^requiredPulumiVersion.*$", "", file.read_text()))
    pulumi.answer("version", stdout="v0.0.1\n")

    with opened(project, said) as place:
        assert place.version == "v0.0.1"


class TestMakingAStack:
    def test_is_done_in_a_project_of_its_own_so_that_nobody_touches_the_reviewed_file(self, place, pulumi):
        reviewed = place.root / STACK_FILE
        before = reviewed.read_bytes(), reviewed.stat().st_mtime_ns, reviewed.stat().st_ino
        pulumi.answer("stack init", writes={STACK_FILE: f"config: {{}}\n{SALT}"})

        make_stack(place)

        assert (reviewed.read_bytes(), reviewed.stat().st_mtime_ns, reviewed.stat().st_ino) == before
        folder = Path(pulumi.call("stack init")["folder"])
        assert (folder.parent, folder.exists()) == (place.root / ".pulumi-state", False)
        assert set(pulumi.options("stack init")) == {"--no-select", "--stack", "--non-interactive", "--color"}
        assert pulumi.options("stack init")["--stack"] == STACK

    def test_which_has_the_same_name_and_the_same_file(self, place, pulumi, tmp_path):
        seen = {"Pulumi.yaml": tmp_path / "project.yaml", STACK_FILE: tmp_path / "stack.yaml"}
        pulumi.answer("stack init", copies={name: str(copy) for name, copy in seen.items()})

        make_stack(place)

        written = {name: yaml.safe_load(copy.read_text()) for name, copy in seen.items()}
        assert written == {name: yaml.safe_load((place.root / name).read_text()) for name in seen}

    @pytest.mark.usefixtures("pulumi")
    def test_a_review_stack_leaves_no_file_in_stacks(self, project, said):
        with opened(project, said, stack="pr-7", config_file=project / STACK_FILE) as place:
            make_stack(place)

        assert not (project / "stacks" / "Pulumi.pr-7.yaml").exists()

    def test_that_fails_is_one_line_and_leaves_nothing(self, place, pulumi):
        before = place.config_file.read_text()
        pulumi.answer("stack init", code=1, stderr="error: no\n", writes={STACK_FILE: SALT})

        with pytest.raises(CouldNotRunError, match=rf"^pulumi failed for stack {STACK} with exit code 1: no$"):
            make_stack(place)

        assert place.config_file.read_text() == before
        assert list((place.root / ".pulumi-state").iterdir()) == [place.config_file.parent]

    def test_the_secrets_provider_of_the_file_is_passed_on(self, project, pulumi, said, monkeypatch):
        monkeypatch.setenv("PULUMI_BACKEND_URL", "")
        reviewed = project / STACK_FILE
        reviewed.write_text(f"secretsprovider: awskms://alias/x\n{reviewed.read_text()}")

        with opened(project, said) as place:
            make_stack(place)

        assert pulumi.options("stack init")["--secrets-provider"] == "awskms://alias/x"


@pytest.mark.usefixtures("pulumi")
def test_without_a_backend_given_the_bucket_of_the_foundation_is_taken(tmp_path, said):
    project = copy_of_the_project(tmp_path)
    reviewed = project / STACK_FILE
    reviewed.write_text(f"secretsprovider: awskms://alias/x\n{reviewed.read_text()}")

    with opened(project, said) as place:
        assert place.backend == "s3://parity-state-111122223333?region=us-east-1"
        assert not place.embedded, "a stack that isn't there is not made by a preview"


class TestTheCheckpoint:
    def test_of_a_stack_that_is_there_is_read(self, place, pulumi):
        pulumi.export("deployed")

        assert existing_checkpoint(place) == recorded_checkpoint("deployed")

    def test_of_a_stack_that_is_not_there_is_one_line(self, place, pulumi):
        pulumi.export(None)

        with pytest.raises(
            CouldNotRunError, match=rf"^there is no stack {STACK} in this backend; check PULUMI_BACKEND"
        ):
            existing_checkpoint(place)

    def test_in_the_embedded_backend_a_stack_is_made(self, place, pulumi):
        pulumi.export(None, "empty")

        assert made_checkpoint(place, make=False).states == ()
        assert pulumi.commands == ["stack export", "stack init", "stack export"]

    def test_a_stack_that_is_there_is_not_made_again(self, place, pulumi):
        pulumi.export("deployed")

        assert made_checkpoint(place, make=True).deployed
        assert "stack init" not in pulumi.commands

    def test_elsewhere_a_stack_is_made_only_on_demand(self, project, pulumi, said, monkeypatch):
        monkeypatch.setenv(BACKEND_VARIABLE, "s3://states")
        pulumi.answer("stack export", NO_SUCH_STACK, NO_SUCH_STACK, {"stdout": exported("empty")})

        with opened(project, said) as place:
            with pytest.raises(CouldNotRunError, match=r"^there is no stack"):
                made_checkpoint(place, make=False)
            assert made_checkpoint(place, make=True).states == ()


def test_nothing_of_the_environment_is_lost(project, pulumi, said, monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "x")

    with opened(project, said):
        pass

    assert pulumi.call("version")["environment"]["PULUMI_CONFIG_PASSPHRASE"] == "x"
    assert Path(os.environ["PATH"].partition(os.pathsep)[0], "pulumi").exists()
