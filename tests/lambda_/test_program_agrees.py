"""What the program deploys is what the functions' code reads, calls and is called by."""

import json
import re
import zipfile

import pytest

import program.service.stack
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from program.service.packaging import output_of, source_hash
from program.service.stack import ROTATION_FOLDER, deploy
from tests.lambda_.roots import APP, ROTATION
from tests.program.recorded import find, record_program, recorded, statements

STACKS = pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
# What only tests and a hand on the function's settings give: the code has a default for each.
OPTIONAL = {"DB_CA_BUNDLE", "PASSWORD_LENGTH", "PROBE_QUERY", "SECRET_TTL_SECONDS"}
SAY = "let program/components and the deployment root say the same"


def variables(name, stack="prod"):
    return find(recorded(stack), name).inputs["environment"]["variables"]


def read_by(file):
    return set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', file.read_text())) - OPTIONAL


def calls(root):
    """Return the actions of the calls that the root's modules make of Secrets Manager's client."""
    code = "\n".join(path.read_text() for path in root.glob("*.py"))
    names = set(re.findall(r"_client\.([a-z_]+)\(", code))
    return {"secretsmanager:" + "".join(word.capitalize() for word in name.split("_")) for name in names}


def granted(policy):
    actions = set()
    for statement in statements(find(recorded(), policy).inputs["policy"]).values():
        if statement["Effect"] == "Allow":
            actions |= {action for action in statement["Action"] if action.startswith("secretsmanager:")}
    return actions


@STACKS
def test_the_rotation_reads_the_environment_that_the_program_sets(rotation, stack):
    given = variables("secrets-rotation-function", stack)

    anchors = rotation.anchors.read_anchors(given)

    assert set(given) == read_by(ROTATION / "anchors.py"), SAY
    assert anchors.environment == stack
    assert anchors.secret_arn == find(recorded(stack), "secrets-schedule").inputs["secretId"]
    assert anchors.master_secret_arn is not None


@STACKS
def test_the_app_reads_the_environment_that_the_program_sets(app, stack):
    given = variables("lambda-app-function", stack)

    settings = app.app_settings.read_settings(given)

    assert set(given) == read_by(APP / "app_settings.py"), SAY
    assert settings.environment == stack
    assert settings.secret_arn == find(recorded(stack), "secrets-schedule").inputs["secretId"]


@STACKS
def test_both_functions_go_to_the_same_database(stack):
    rotation, app = variables("secrets-rotation-function", stack), variables("lambda-app-function", stack)
    assert (rotation["DB_HOST"], rotation["DB_PORT"], rotation["DB_NAME"], rotation["SECRET_ARN"]) == (
        app["DB_ENDPOINT"],
        app["DB_PORT"],
        app["DB_NAME"],
        app["DB_SECRET_ARN"],
    )


@STACKS
def test_the_bootstrap_version_agrees_with_the_anchors_and_holds_no_password(rotation, stack):
    text = find(recorded(stack), "secrets-bootstrap").inputs["secretString"]["value"]
    given = variables("secrets-rotation-function", stack)
    document = json.loads(text)

    credential = rotation.credential.read_credential(text, "AWSCURRENT", rotation.anchors.read_anchors(given))

    assert credential.password is None
    assert document == {
        "dbname": given["DB_NAME"],
        "engine": "aurora-postgresql",
        "host": given["DB_HOST"],
        "port": int(given["DB_PORT"]),
        "username": given["DB_USERNAME"],
    }


def test_lambda_finds_the_function_by_its_handler(rotation):
    module, _, function = find(recorded(), "secrets-rotation-function").inputs["handler"].partition(".")
    assert callable(getattr(getattr(rotation, module), function))


@pytest.mark.parametrize(
    ("root", "policy"), [(ROTATION, "secrets-rotation-policy"), (APP, "lambda-app-policy")], ids=["rotation", "app"]
)
def test_a_role_may_call_what_its_code_calls_and_no_more(root, policy):
    assert calls(root) == granted(policy), SAY


@STACKS
def test_the_manifest_has_the_deployed_rotations_days_and_code_hash(stack):
    configuration = json.loads(recorded(stack).outputs["configManifest"])["configuration"]
    rules = find(recorded(stack), "secrets-schedule").inputs["rotationRules"]
    assert configuration["secrets"] == {
        "codeHash": find(recorded(stack), "secrets-rotation-function").inputs["sourceCodeHash"],
        "rotationDays": rules["automaticallyAfterDays"],
    }


@pytest.mark.parametrize("state", ["none", "current", "stale"])
def test_a_zip_of_this_very_source_is_deployed_and_the_hash_is_the_same_without_it(tmp_path, monkeypatch, state):
    file = output_of(ROTATION_FOLDER, tmp_path)
    if state != "none":
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr("handler.py", "")
        built_of = source_hash(ROTATION_FOLDER) if state == "current" else "0" * 64
        file.with_suffix(".source").write_text(built_of + "\n")
    monkeypatch.setattr(program.service.stack, "BUILD_FOLDER", tmp_path)

    inputs = find(record_program(deploy), "secrets-rotation-function").inputs

    assert inputs["code"]["path"] == str(file if state == "current" else ROTATION_FOLDER)
    assert inputs["sourceCodeHash"] == source_hash(ROTATION_FOLDER)
