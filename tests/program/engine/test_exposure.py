"""What somebody put where secrets often stand is in no record and no file of a bundle; that it changes is told."""

import json

import pytest

from program.engine.bundles.bundle import EVENTS_FILE, PLAN_FILE, PREVIEW_FILE
from program.engine.bundles.plan import planned_operations
from program.engine.exposure import conceal_in, conceal_in_document, conceal_in_plan, hidden, live_secrets
from program.engine.pulumi_cli.events import Side, Step
from program.engine.records import Change, PreviewRecord, PropertyChange
from tests.program.engine.standin import RECORDED, STACK, recorded_answer

FUNCTION = "aws:lambda/function:Function"
SECRET_SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abcdefgh"}


def side(**inputs):
    return Side(custom=True, id="id", inputs=inputs, outputs=inputs)


def step(operation, old, new):
    return Step(
        planning=True, operation=operation, urn="urn", type=FUNCTION, old=old, new=new, differing=(), replace_keys=()
    )


def shown(path, before, after, *, variables=False):
    change = Change(
        urn="urn",
        type=FUNCTION,
        name="f",
        operation="update",
        stateful=False,
        source=None,
        properties=(PropertyChange(path=path, before=before, after=after),),
    )
    (item,) = hidden(change, variables=variables).properties
    assert item.path == path
    return item.before, item.after


HIDDEN = "${not shown}"


@pytest.mark.parametrize(
    "path",
    [
        "masterPassword",
        "environment.variables.DB_PASSWD",
        "auth.apiKey",
        "headers.API_KEY",
        "token",
        "tokens[2]",
        "a.secret",
    ],
)
def test_a_property_by_the_name_of_a_secret_changes_unseen(path):
    assert shown(path, "hunter2", "hunter3") == (HIDDEN, HIDDEN)
    assert shown(path, None, "hunter3") == (None, HIDDEN)
    assert shown(path, "hunter2", "${unknown}") == (HIDDEN, "${unknown}")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("engineVersion", "15.17"),
        ("manageMasterUserPassword", True),
        ("DB_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:111122223333:secret:x"),
        ("environment.variables.DB_SECRET", "arn:aws:secretsmanager:us-east-1:111122223333:secret:x"),
        ("secretId", "dev-db-credentials-main"),
        ("environment.variables.DB_NAME", "app"),
        ("secret.rotationDays", "30"),
    ],
)
def test_what_only_refers_to_a_secret_is_shown(path, value):
    assert shown(path, None, value) == (None, value)


def test_of_a_live_function_no_variable_is_shown():
    assert shown("environment.variables.MODE", "hunter2", None, variables=True) == (HIDDEN, None)
    assert shown("timeout", 3, 30, variables=True) == (3, 30)


def test_what_the_cloud_has_and_the_code_has_not_is_found():
    live = side(environment={"variables": {"MODE": "by-hand-1", "KEEP": "of-the-code", "SHORT": "abc"}})
    code = side(environment={"variables": {"KEEP": "of-the-code"}})
    steps = [step("refresh", code, live), step("update", live, code)]

    assert live_secrets(steps, variables=True) == {"by-hand-1"}
    assert live_secrets(steps, variables=False) == frozenset()
    named = [step("update", side(masterPassword="by-hand-2"), side()), step("delete", side(token="by-hand-3"), None)]
    assert live_secrets(named, variables=False) == {"by-hand-2", "by-hand-3"}


def test_a_marked_secret_is_left_to_its_mark():
    assert live_secrets([step("update", side(masterPassword=SECRET_SIGNATURE), side())], variables=True) == frozenset()


def test_the_values_go_wherever_they_stand_but_not_where_the_engine_names_a_resource(tmp_path):
    file = tmp_path / "events.jsonl"
    event = {"urn": "urn::lambda-app", "message": "lambda-app is wrong", "old": {"inputs": {"a": ["x lambda-app-2"]}}}
    file.write_text(f"{json.dumps(event)}\nlambda-app, and no JSON\n")

    conceal_in(file, {"lambda-app"})

    (line,) = [json.loads(line) for line in file.read_text().split("\n") if line]
    assert line == {
        "urn": "urn::lambda-app",
        "message": "${not shown} is wrong",
        "old": {"inputs": {"a": ["x ${not shown}-2"]}},
    }


def test_what_is_no_document_becomes_empty(tmp_path):
    file = tmp_path / "preview.json"
    file.write_text("by-hand-1 {")

    conceal_in_document(file, {"by-hand-1"})

    assert file.read_text() == ""


def test_of_a_plan_the_goals_stay_and_what_it_tells_goes(tmp_path):
    file = tmp_path / PLAN_FILE
    planned = {"goal": {"inputDiff": {"adds": {"a": "by-hand-1"}}}, "steps": ["update"], "state": {"a": "by-hand-1"}}
    file.write_text(json.dumps({"resourcePlans": {"urn": planned, "other": {"steps": ["same"]}}}))

    conceal_in_plan(file, {"by-hand-1"})

    after = json.loads(file.read_text())["resourcePlans"]
    assert after == {"urn": planned | {"state": {"a": "${not shown}"}}, "other": {"steps": ["same"]}}
    assert planned_operations(file) == {"urn": ("update",), "other": ("same",)}


@pytest.mark.parametrize("text", ["by-hand-1", "[]", '{"resourcePlans": [1]}'])
def test_what_is_no_plan_is_none(tmp_path, text):
    file = tmp_path / PLAN_FILE
    file.write_text(text)

    conceal_in_plan(file, {"by-hand-1"})

    assert not file.exists()


@pytest.mark.parametrize("conceal", [conceal_in, conceal_in_document, conceal_in_plan])
def test_without_such_values_every_byte_stays(tmp_path, conceal):
    file = tmp_path / "file"
    conceal(file, {"by-hand-1"})
    assert not file.exists()

    file.write_text("no JSON")
    conceal(file, frozenset())
    assert file.read_text() == "no JSON"


def with_a_variable_by_hand(lines):
    """Yield the recorded lines, with a variable in the app's function that somebody set by hand, and that goes."""
    for line in lines:
        event = json.loads(line)
        metadata = next(iter(event.values())).get("metadata", {})
        if metadata.get("urn", "").endswith("::lambda-app-function"):
            new = metadata["new"]
            live = json.loads(json.dumps(new))
            # A refresh tells what the cloud has by the outputs; the inputs stay those of the last deployment.
            live["outputs"] = {"environment": json.loads(json.dumps(new["inputs"]["environment"]))}
            live["outputs"]["environment"]["variables"]["MODE"] = "by-hand-1"
            metadata |= {"op": "update", "old": live, "diffs": ["environment"]}
        yield json.dumps(event) + "\n"


def test_who_approves_a_remediation_sees_that_a_variable_goes_and_nobody_its_value(commands, tmp_path):
    scene = tmp_path / "scene.jsonl"
    recorded = (RECORDED / "unchanged-preview" / EVENTS_FILE).read_text().splitlines()
    scene.write_text("".join(with_a_variable_by_hand(recorded)))
    answer = recorded_answer("unchanged-preview")
    plan = json.loads(answer["plan"])
    (urn,) = [urn for urn in plan["resourcePlans"] if urn.endswith("::lambda-app-function")]
    plan["resourcePlans"][urn] = {"steps": ["update"], "state": {"environment": {"variables": {"MODE": "by-hand-1"}}}}
    commands.pulumi.export("deployed")
    said = answer | {"events": str(scene), "plan": json.dumps(plan)}
    commands.pulumi.answer("preview", **(said | {"stdout": answer["stdout"].replace("{", '{"x": "by-hand-1", ', 1)}))
    folder = tmp_path / "bundle"

    code, out, err = commands.run("preview", STACK, "--refresh", "--bundle", folder, "--format", "markdown")

    record = PreviewRecord.model_validate_json((folder / "record.json").read_text())
    (change,) = record.changes
    assert code == 0, err
    assert [(item.path, item.before, item.after) for item in change.properties] == [
        ("environment.variables.MODE", HIDDEN, None)
    ]
    assert "- environment.variables.MODE: ${not shown}" in out
    assert "by-hand-1" not in out + err + "".join(file.read_text() for file in folder.iterdir())
    assert "by-hand-1" in scene.read_text(), "the recording has it, so that the search above finds something"
    assert json.loads((folder / PREVIEW_FILE).read_text())["x"] == HIDDEN
