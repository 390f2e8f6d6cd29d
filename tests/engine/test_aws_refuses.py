"""What AWS refuses in the middle of an update: said at the preview where it can be known, told plainly where not."""

import json

import pytest

from policies import tokens
from program.engine.rules import (
    BOOTSTRAP_AGAIN,
    DRIFT_LEFT,
    ENGINE_LOWERED,
    ENGINE_MAJOR,
    OTHER_NAME,
    REPLACED_IN_USE,
    STACK_MOVED,
)
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.engine.cloud_file import Existing
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, destroy, drift, preview
from tests.program.cli.running import change

pytestmark = [*needs_pulumi, needs_the_double]

DATABASE = "program/service/components/database.py"
ENGINE = "parity:databaseEngineVersion"


def refused(engine, *options):
    """Preview, which finds nothing, and apply, which AWS refuses half-way; return what the record says of it."""
    result, planned, bundle = preview(engine, STACK, "refused", *options)
    assert (result.code, planned["outcome"]) == (0, "clean"), result.output
    losing = [change["name"] for change in planned["changes"] if change.get("stateful")]
    confirmed = [option for name in losing for option in ("--confirm", name)]
    result, record = apply(engine, STACK, bundle, *confirmed)
    assert (result.code, record["outcome"]) == (3, "failed"), result.output
    return record["error"]


def blocked(engine, *options):
    """Preview, which is blocked; return what it says by rule and resource, beyond what the pack says."""
    result, planned, _ = preview(engine, STACK, "blocked", *options)
    assert (result.code, planned["outcome"]) == (1, "blocked"), result.output
    own = {REPLACED_IN_USE, ENGINE_LOWERED, ENGINE_MAJOR, STACK_MOVED, OTHER_NAME, BOOTSTRAP_AGAIN}
    return {
        (item["rule"], (item["resource"] or "").rpartition("::")[2]): item["message"]
        for item in planned["findings"]
        if item["rule"] in own
    }


def deploy(engine, name):
    """Preview and apply, both well."""
    result, _, bundle = preview(engine, STACK, name)
    assert result.code == 0, result.output
    result, record = apply(engine, STACK, bundle)
    assert (result.code, record["outcome"]) == (0, "applied"), result.output


def versions(cloud):
    return {cloud.properties(name)["engineVersion"] for name in ("database-cluster", "database-instance-0")}


def clean(engine):
    """See that nothing has drifted and nothing is pending."""
    result, record = drift(engine, STACK)
    assert (result.code, record["verdict"]) == (0, "clean"), result.output
    return record


def set_value(engine, key, value):
    change(engine.project, f"stacks/Pulumi.{STACK}.yaml", "config:\n", f"config:\n  {key}: {json.dumps(value)}\n")


@pytest.mark.parametrize(
    ("old", "new", "resource", "user"),
    [
        pytest.param(
            *("The database; who may", "Our database; who may", "database-security-group", "database-cluster"),
            id="security group",
        ),
        pytest.param(
            *("TLS and SCRAM only", "SCRAM and TLS only", "database-cluster-parameters", "database-cluster"),
            id="cluster parameter group",
        ),
        pytest.param(
            *("Statement statistics on", "Statistics of statements on"),
            *("database-instance-parameters", "database-instance-0"),
            id="instance parameter group",
        ),
    ],
)
def test_a_group_in_use_under_a_fixed_name_is_not_replaced(deployed, old, new, resource, user):
    change(deployed.project, DATABASE, old, new)
    with deployed.provider(STACK):
        said = blocked(deployed)

    message = said[REPLACED_IN_USE, resource]
    assert message.startswith("it would be replaced, forced by description: deleted first, as its name stays the same")
    assert user in message


def test_a_cluster_that_aws_upgraded_is_not_taken_back_and_the_way_on_is_told(deployed):
    with deployed.provider(STACK) as cloud:
        for name in ("database-cluster", "database-instance-0"):
            cloud.set_property(name, "engineVersion", "15.18")
        result, record = drift(deployed, STACK)
        said = blocked(deployed, "--refresh")

    assert (result.code, record["verdict"]) == (1, "drifted")
    assert {advice["undo"] for advice in record["advice"]} == {None}
    assert all(
        advice["adopt"].startswith('raise the version in all stacks: databaseEngineVersion: "15.18"')
        for advice in record["advice"]
    )
    assert said[ENGINE_LOWERED, "database-cluster"].startswith("engineVersion would go from 15.18 down to 15.17")


def test_a_minor_upgrade_is_one_change_of_the_version(deployed):
    set_value(deployed, ENGINE, "15.18")
    with deployed.provider(STACK) as cloud:
        deploy(deployed, "minor")

        assert versions(cloud) == {"15.18"}
        clean(deployed)


def test_a_major_upgrade_is_one_change_once_it_is_allowed(deployed):
    limits = "policies/environments.yaml"
    family = "family: aurora-postgresql{0}\n    major: {0}"
    change(deployed.project, limits, family.format(15), family.format(16))
    change(deployed.project, limits, 'supported: ["15.10", ', 'supported: ["16.9", ')
    set_value(deployed, ENGINE, "16.9")
    with deployed.provider(STACK) as cloud:
        said = blocked(deployed)
        change(deployed.project, limits, "majorUpgrade: false", "majorUpgrade: true")
        deploy(deployed, "major")

        assert said[ENGINE_MAJOR, "database-cluster"].startswith(
            "engineVersion would go from 15.17 to 16.9, a new major"
        )
        assert versions(cloud) == {"16.9"}
        groups = {cloud.properties(f"database-{kind}-parameters")["name"] for kind in ("cluster", "instance")}
        assert groups == {f"{STACK}-db-{kind}-parameters-16-main" for kind in ("cluster", "instance")}
        clean(deployed)


def test_the_bootstrap_version_of_the_secret_ends_and_never_comes_back(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.remove("secrets-bootstrap")
        cloud.set_property("lambda-app-function", "timeout", 5)
        cloud.set_property("lambda-app-function", "codeSha256", "other")
        result, record = drift(deployed, STACK)
        found, planned, bundle = preview(deployed, STACK, "again", "--refresh")
        assert found.code == 0, found.output
        applied, after = apply(deployed, STACK, bundle)

        assert [change["name"] for change in record["drifted"]] == ["lambda-app-function"], result.output
        assert [item["change"]["name"] for item in record["expected"]] == ["secrets-bootstrap"]
        assert [change["name"] for change in planned["changes"]] == ["lambda-app-function"]
        # No input tells of it, so that the plan leaves it, which is said.
        (left,) = [finding for finding in planned["findings"] if finding["rule"] == DRIFT_LEFT]
        assert left["message"].startswith("codeSha256 has drifted, and this plan leaves it")
        assert (applied.code, after["outcome"], after["askedCloud"]) == (0, "applied", True), applied.output
        assert tokens.SECRET_VERSION not in cloud.read().resources
        clean(deployed)

        # Somebody's own refresh takes it out of the state; then no preview lets it be put again.
        deployed.must("refresh", "--yes", "--stack", STACK)
        said = blocked(deployed)

    assert list(said) == [(BOOTSTRAP_AGAIN, "secrets-bootstrap")]


def test_a_deployed_stack_does_not_move_to_another_network(deployed):
    other = stack_names(ROOT, SERVICE)[1]
    deployed.make_network(other)
    change(deployed.project, f"stacks/Pulumi.{STACK}.yaml", f"networking-stack/{STACK}", f"networking-stack/{other}")
    with deployed.provider(STACK):
        said = blocked(deployed)

    assert said[STACK_MOVED, ""].startswith("the network is vpc-")


def test_a_log_group_that_a_service_made_again_is_in_the_way(engine):
    name = f"/aws/lambda/{STACK}-app-function-main"
    engine.make_network(STACK)
    with engine.provider(STACK) as cloud:
        with cloud.change() as contents:
            left = Existing(stack="nobody", logical_name="left", seed="left", properties={"name": name})
            contents.put(tokens.LOG_GROUP, name, left)
        error = refused(engine)

    assert "lambda-app-logs: " in error
    assert "CreateLogGroup, api error ResourceAlreadyExistsException" in error


def test_an_image_that_its_registry_does_not_hold_stops_the_preview_by_name(deployed):
    image = deployed.cloud_file(STACK).properties("lambda-app-function")["imageUri"]
    with deployed.provider(STACK) as cloud:
        with cloud.change() as contents:
            contents.no_images.append(image)
        done = deployed.parity("preview", STACK, "--format", "json")

    error = done.json()["error"]
    assert (done.code, done.json()["outcome"]) == (3, "failed")
    assert f"the registry of stack {STACK}'s region doesn't hold the app's image" in error
    assert "run the workflow `image`" in error


def test_a_new_accounts_concurrency_is_refused(deployed):
    set_value(deployed, "parity:lambdaTimeoutSeconds", 31)
    with deployed.provider(STACK) as cloud:
        cloud.limit("concurrent executions", 10)
        full = refused(deployed)

    assert "PutFunctionConcurrency, api error InvalidParameterValueException" in full


def test_a_stack_goes_with_the_interfaces_of_its_functions_unless_aws_holds_them(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.hold_interfaces()
        result, record = destroy(deployed, STACK, "--confirm", STACK)
        assert (result.code, record["outcome"]) == (3, "failed"), result.output
        assert "DependencyViolation" in record["error"]
        with cloud.change() as contents:
            for interface in contents.interfaces.values():
                interface.held = False

        result, record = destroy(deployed, STACK, "--confirm", STACK)

        assert (result.code, record["outcome"], record["left"]) == (0, "destroyed", []), result.output
        assert cloud.read().resources == {}
        assert cloud.read().interfaces == {}
