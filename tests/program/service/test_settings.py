"""A setting is defined once: Pulumi.yaml, limits and manifest follow from it, and the check keeps them in step."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from policies.limits import EnvironmentLimits, Limits, Range, load_limits
from program.errors import CouldNotRunError, SettingsError
from program.project import declaration
from program.project.definition import PROJECT_FILE, ROOT
from program.project.limits import unknown_limits
from program.project.setting import place_of, setting
from program.project.settings import ProjectSettings
from program.service.configuration import stack_manifest
from program.service.settings import Settings
from program.service.validation import validate
from tests.program.cli.running import change, copy_of_the_project, run
from tests.program.recorded import config_of

CLEAN, COULD_NOT_RUN = 0, 3
PULUMI_YAML = (ROOT / PROJECT_FILE).read_text()


def limited(*, common: dict[str, object] | None = None, prod: dict[str, object] | None = None) -> Limits:
    """Return the limits with lines for settings that have no field of their own."""
    known = load_limits()
    block: EnvironmentLimits = known.environments["prod"].model_copy(update={"settings": prod or {}})
    return known.model_copy(
        update={
            "common": known.common.model_copy(update={"settings": common or {}}),
            "environments": {**known.environments, "prod": block},
        }
    )


def refused(limits: Limits, **changes: str) -> list[str]:
    try:
        validate(Settings.parse(config_of("prod", **changes), {}), limits)
    except SettingsError as error:
        return [problem.message for problem in error.problems]
    return []


def test_pulumi_yaml_declares_what_the_settings_are():
    assert declaration.stray(Settings) is None, "run: make docs"
    assert declaration.written(Settings, PULUMI_YAML) == PULUMI_YAML


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  lambdaMemory:\n    type: integer",
            "  lambdaMemory:\n    type: string",
            ".lambdaMemory says something else",
        ),
        ("    default: 30\n", "    default: 31\n", ".lambdaTimeoutSeconds says something else"),
        ("  egress:\n", "  egres:\n", ".egress is missing; "),
        ("config:\n", "config:\n  queueTries: {type: integer}\n", ".queueTries is no setting; "),
    ],
    ids=["another type", "another default", "missing", "too much"],
)
def test_what_pulumi_yaml_says_otherwise_is_told_with_its_line_and_the_way(tmp_path, old, new, said):
    root = copy_of_the_project(tmp_path)
    project = root / PROJECT_FILE
    project.write_text(PULUMI_YAML.replace(old, new, 1))

    done = run("check", root=root)

    assert done.returncode == COULD_NOT_RUN
    assert f"config{said}" in done.stderr
    assert done.stderr.startswith("error: Pulumi.yaml:")
    assert done.stderr.endswith("program/service/settings.py defines what stands here: run `make docs`\n")
    declaration.write(Settings, root)
    assert project.read_text() == PULUMI_YAML, "what the advice does mends it"


def test_what_belongs_to_a_provider_stays_in_pulumi_yaml():
    theirs = "  aws:region:\n    value: eu-west-1\n"

    written = declaration.written(Settings, PULUMI_YAML + theirs)

    assert written == PULUMI_YAML + theirs


def test_a_project_without_configuration_is_refused():
    with pytest.raises(CouldNotRunError, match="it has no line config:"):
        declaration.written(Settings, "name: a\n")


def test_every_setting_stands_in_the_manifest_at_its_own_place():
    configuration = stack_manifest(Settings.parse(config_of("prod", namePrefix="a"), {}), load_limits(), "")[
        "configuration"
    ]
    places = [place_of(field) for field in Settings.model_fields.values() if place_of(field)]

    assert len(set(places)) == len(places), "two settings would stand in one place"
    for place in places:
        found = configuration
        for part in place.split("."):
            found = found[part]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no place in the manifest and no reason why"),
        ({"place": "queue.tries", "not_compared": "each has its own"}, "a place in the manifest and a reason for none"),
    ],
)
def test_a_setting_has_a_place_or_a_reason(given, said):
    with pytest.raises(CouldNotRunError) as refused:

        class _Queue(ProjectSettings):
            queue_tries: int = setting(3, about="Tries of an order.", allowed="1 to 10", **given)

    told = re.fullmatch(
        r"tests/program/service/test_settings\.py:(\d+): queue_tries has (.*); (.*)", str(refused.value)
    )
    assert told, str(refused.value)
    assert "queue_tries: int" in Path(__file__).read_text().splitlines()[int(told[1]) - 1]
    assert told[2] == said
    assert told[3].startswith("give setting(...) one of them: place=")


@pytest.mark.parametrize(
    ("unnamed", "given", "said"),
    [
        ((), {}, ["has no about and no allowed; give setting(...) both: about="]),
        ((), {"about": "Tries of an order."}, ["has no allowed; give setting(...) both: about="]),
        ((), {"allowed": "1 to 10"}, ["has no about; give setting(...) both: about="]),
        (
            (),
            {"abuot": "Tries of an order.", "allowed": "1 to 10"},
            ["has 'abuot', which no setting has; did you mean 'about'?", "has no about; give setting(...) both"],
        ),
        (
            ("Tries of an order.",),
            {"about": "Tries of an order.", "allowed": "1 to 10"},
            ["has a value without a name after its default; name each: setting(3, about="],
        ),
    ],
    ids=["nothing", "no allowed", "no about", "a slip", "without a name"],
)
def test_a_setting_says_what_it_is_about_and_what_is_allowed(unnamed, given, said):
    with pytest.raises(CouldNotRunError) as refused:

        class _Queue(ProjectSettings):
            queue_tries: int = setting(3, *unnamed, place="queue.tries", **given)

    lines = str(refused.value).splitlines()
    assert len(lines) == len(said)
    for line, expected in zip(lines, said, strict=True):
        assert re.match(rf"tests/program/service/test_settings\.py:\d+: queue_tries {re.escape(expected)}", line), line


def test_a_field_that_is_no_setting_is_refused_too():
    with pytest.raises(CouldNotRunError, match="queue_tries has no place in the manifest and no reason why"):

        class _Queue(ProjectSettings):
            queue_tries: int = 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('about="Tries of an order.", allowed="1 to 10"', "queue_tries has no place in the manifest"),
        ('place="queue.tries"', "queue_tries has no about and no allowed"),
    ],
    ids=["place", "words"],
)
def test_the_check_tells_of_it_in_one_line(tmp_path, given, said):
    root = copy_of_the_project(tmp_path)
    field = f"    queue_tries: int = setting(3, {given})\n"
    change(root, "program/service/settings.py", "    egress: Literal", f"{field}    egress: Literal")

    done = run("check", root=root)

    assert (done.returncode, done.stdout) == (COULD_NOT_RUN, "")
    (line,) = done.stderr.splitlines()
    assert re.match(rf"error: program/service/settings\.py:\d+: {said}", line), line


def test_a_limit_holds_for_the_setting_of_its_name_without_code():
    message = "parity:databaseName is app; every environment allows orders (change it, or policies/environments.yaml)"

    assert refused(limited(common={"databaseName": ["orders"]})) == [message]
    assert refused(limited(common={"databaseName": ["app"]})) == []


def test_a_limit_of_one_environment_holds_there_alone():
    limits = limited(prod={"lambdaTimeoutSeconds": Range(min=1, max=20)})

    assert refused(limits) == ["parity:lambdaTimeoutSeconds is 30; prod allows 1 to 20"]
    assert refused(limits, lambdaTimeoutSeconds="20") == []


def test_a_limit_of_what_is_no_setting_is_told():
    (said,) = unknown_limits(limited(common={"databaseNames": ["app"]}), [Settings])

    assert said == (
        "policies/environments.yaml: common.settings limits 'databaseNames', which is no setting; "
        "did you mean 'databaseName'?"
    )


def test_a_setting_and_its_limit_cost_two_files_and_the_generated_block(tmp_path):
    root = copy_of_the_project(tmp_path)
    field = '    queue_tries: int = setting(3, about="Tries of a message.", allowed="1 to 10", place="queue.tries")\n'
    change(root, "program/service/settings.py", "    egress: Literal", f"{field}    egress: Literal")
    change(root, "policies/environments.yaml", "  settings:\n", "  settings:\n    queueTries: [3, 5]\n")
    subprocess.run([sys.executable, "-m", "program.offline.projects"], cwd=root, check=True)

    assert run("check", "--quiet", root=root).returncode == CLEAN
    manifest = run("manifest", "prod", root=root).stdout
    assert '"queue":{"tries":3}' in manifest

    stack = root / "stacks/Pulumi.prod.yaml"
    stack.write_text(stack.read_text() + "  parity:queueTries: 4\n")
    assert "parity:queueTries is 4; every environment allows 3, 5" in run("check", root=root).stdout
