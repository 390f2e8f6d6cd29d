"""The real engine with the double: it deploys all, changes nothing twice, sees drift and failures, leaves nothing."""

import json

from program.manifest.canonical import canonical
from tests.engine.cloud_file import Fault
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.program.cli.running import change

pytestmark = [*needs_pulumi, needs_the_double]

DRIFT = ("refresh", "--preview-only", "--expect-no-changes", "--stack", STACK)
EXIT_OF_CHANGES = 7


def operations(events, *, but=("same", "refresh", "read")):
    """Return what happened to each resource that something happened to, by its logical name."""
    steps = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
    return {step["urn"].split("::")[-1]: step for step in steps if step["op"] not in but}


def errors(events):
    found = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
    return [item["message"].strip() for item in found if item["severity"] == "error"]


def test_every_resource_of_the_state_exists_in_the_cloud_by_its_id(deployed):
    resources = deployed.export(STACK)["deployment"]["resources"]
    made = [item for item in resources if item["type"].startswith("aws:")]

    contents = deployed.cloud_file(STACK).read()

    assert {(item["type"], item["id"]) for item in made} == {
        (type_, id_) for type_, by_id in contents.resources.items() for id_ in by_id
    }
    assert len(made) > 30


def test_a_second_preview_changes_nothing(deployed):
    with deployed.provider(STACK):
        result = deployed.pulumi("preview", "--expect-no-changes", "--stack", STACK)

    assert result.code == 0, result.output


def test_what_aws_writes_otherwise_is_no_drift(deployed):
    with deployed.provider(STACK) as cloud:
        policy = cloud.properties("tap-key")["policy"]
        cloud.set_property("tap-key", "policy", json.dumps(json.loads(policy), indent=4))
        result = deployed.pulumi(*DRIFT)

    assert result.code == 0, result.output


def test_a_refresh_takes_the_documents_of_aws_and_the_next_preview_changes_nothing(deployed):
    with deployed.provider(STACK):
        before = deployed.export(STACK)["deployment"]["resources"]
        deployed.must("refresh", "--yes", "--stack", STACK)
        after = deployed.export(STACK)["deployment"]["resources"]
        result = deployed.pulumi("preview", "--expect-no-changes", "--stack", STACK)

    key = [next(item for item in items if item["type"] == "aws:kms/key:Key") for items in (before, after)]
    texts = [item["inputs"]["policy"] for item in key]
    assert texts[0] != texts[1]
    assert canonical(json.loads(texts[0])) == canonical(json.loads(texts[1]))
    assert result.code == 0, result.output


def test_changed_properties_are_seen_with_both_values(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.set_property("database-cluster", "backupRetentionPeriod", 1)
        cloud.set_property("lambda-app-function", "environment.variables.DEBUG", "1")
        cloud.set_property("lambda-app-function", "layers", ["arn:aws:lambda:eu-west-1:1:layer:spy:1"])
        cloud.set_property("monitoring-app-errors", "alarmActions", [])
        cloud.set_property("tap-key", "tags.Owner", "somebody")
        result, events = deployed.events(*DRIFT)

    drifted = operations(events)
    assert result.code == EXIT_OF_CHANGES, result.output
    assert {name: sorted(step["detailedDiff"]) for name, step in drifted.items()} == {
        "database-cluster": ["backupRetentionPeriod"],
        "lambda-app-function": ["environment.variables.DEBUG", "layers"],
        "monitoring-app-errors": ["alarmActions[0]"],
        "tap-key": ["tags.Owner"],
    }
    cluster = drifted["database-cluster"]
    assert cluster["op"] == "update"
    assert cluster["old"]["outputs"]["backupRetentionPeriod"] == 7
    assert cluster["new"]["outputs"]["backupRetentionPeriod"] == 1
    assert cluster["new"]["inputs"]["backupRetentionPeriod"] == 1
    assert drifted["tap-key"]["detailedDiff"]["tags.Owner"]["diffKind"] == "add"


def test_a_resource_that_is_gone_is_seen(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.remove("monitoring-app-errors")
        result, events = deployed.events(*DRIFT)

    assert result.code == EXIT_OF_CHANGES, result.output
    assert {name: step["op"] for name, step in operations(events).items()} == {"monitoring-app-errors": "delete"}


def test_a_resource_that_may_not_be_read_fails_the_refresh(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.fail(Fault(operation="Read", type="aws:rds/cluster:*", message="AccessDenied: rds:DescribeDBClusters"))
        result, events = deployed.events(*DRIFT)

    assert result.code not in (0, EXIT_OF_CHANGES)
    assert errors(events) == ["Preview failed: AccessDenied: rds:DescribeDBClusters", "preview failed"]


def test_a_failed_create_leaves_what_was_made_and_the_next_update_makes_the_rest(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.remove("monitoring-app-errors")
        deployed.must("refresh", "--yes", "--stack", STACK)
        cloud.fail(Fault(operation="Create", message="Throttling: Rate exceeded", times=1))
        failed, events = deployed.events("up", "--yes", "--skip-preview", "--stack", STACK)
        again = deployed.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)

    assert failed.code not in (0, EXIT_OF_CHANGES)
    assert "Throttling: Rate exceeded" in errors(events)[0]
    assert again.code == 0, again.output
    assert cloud.properties("monitoring-app-errors")["metricName"] == "Errors"


def test_an_update_reaches_the_cloud_and_what_is_replaced_goes_before_its_successor(deployed):
    components = "program/service/components"
    change(deployed.project, f"{components}/lambda_.py", 'description="The app."', 'description="The service."')
    change(deployed.project, f"{components}/function.py", "skip_destroy=False", 'log_group_class="INFREQUENT_ACCESS"')
    with deployed.provider(STACK) as cloud:
        result, events = deployed.events("up", "--yes", "--skip-preview", "--stack", STACK)

    assert result.code == 0, result.output
    assert cloud.properties("lambda-app-function")["description"] == "The service."
    assert operations(events)["lambda-app-function"]["op"] == "update"
    assert cloud.properties("lambda-app-logs")["logGroupClass"] == "INFREQUENT_ACCESS"
    steps = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
    done = [step["op"] for step in steps if step["urn"].endswith("::lambda-app-logs")]
    assert done.index("delete-replaced") < done.index("create-replacement")


def test_a_secret_is_encrypted_in_the_state_and_absent_from_the_events(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.set_property("secrets-bootstrap", "secretString", '{"password": "hunter2-from-rotation"}')
        _, events = deployed.events("refresh", "--yes", "--skip-preview", "--stack", STACK)

    exported = deployed.export(STACK)
    version = next(item for item in exported["deployment"]["resources"] if item["urn"].endswith("::secrets-bootstrap"))
    assert "ciphertext" in version["inputs"]["secretString"]
    assert "ciphertext" in version["outputs"]["secretString"]
    assert "hunter2" not in json.dumps([events, exported])


def test_what_rotation_owns_is_no_drift(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.set_property("secrets-bootstrap", "secretString", '{"password": "made by the rotation"}')
        cloud.set_property("secrets-bootstrap", "versionStages", ["AWSPREVIOUS"])
        result = deployed.pulumi(*DRIFT)

    assert result.code == 0, result.output


def test_a_destroy_leaves_an_empty_cloud(deployed):
    with deployed.provider(STACK) as cloud:
        result = deployed.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK)

    assert result.code == 0, result.output
    assert cloud.read().resources == {}
