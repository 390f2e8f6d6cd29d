"""What AWS refuses in the middle of an update, as the real engine and the commands meet it today."""

import json

import pytest

from policies import tokens
from tests.engine.cloud_file import Existing
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, destroy, preview
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


def set_value(engine, key, value):
    change(engine.project, f"stacks/Pulumi.{STACK}.yaml", "config:\n", f"config:\n  {key}: {json.dumps(value)}\n")


@pytest.mark.parametrize(
    ("old", "new", "resource", "code"),
    [
        pytest.param(
            *("The database; who may", "Our database; who may"),
            *("database-security-group", "DeleteSecurityGroup, api error DependencyViolation"),
            id="security group",
        ),
        pytest.param(
            *("TLS and SCRAM only", "SCRAM and TLS only"),
            *("database-cluster-parameters", "DeleteDBClusterParameterGroup, api error InvalidDBParameterGroupState"),
            id="cluster parameter group",
        ),
        pytest.param(
            *("Statement statistics on", "Statistics of statements on"),
            *("database-instance-parameters", "DeleteDBParameterGroup, api error InvalidDBParameterGroupState"),
            id="instance parameter group",
        ),
    ],
)
def test_a_group_in_use_under_a_fixed_name_is_not_replaced(deployed, old, new, resource, code):
    change(deployed.project, DATABASE, old, new)
    with deployed.provider(STACK):
        error = refused(deployed)

    assert error.startswith(f"{resource}: ")
    assert code in error


def test_a_cluster_that_aws_upgraded_is_not_taken_back(deployed):
    with deployed.provider(STACK) as cloud:
        for name in ("database-cluster", "database-instance-0"):
            cloud.set_property(name, "engineVersion", "15.18")
        error = refused(deployed, "--refresh")

    assert "ModifyDBCluster, api error InvalidParameterCombination" in error
    assert "from 15.18 to 15.17" in error


def test_a_minor_upgrade_is_done_for_the_cluster_and_its_instances(deployed):
    change(deployed.project, "policies/environments.yaml", '"15.17"]', '"15.17", "15.18"]')
    set_value(deployed, ENGINE, "15.18")
    with deployed.provider(STACK) as cloud:
        result, _, bundle = preview(deployed, STACK, "upgrade")
        assert result.code == 0, result.output
        result, record = apply(deployed, STACK, bundle)

        assert (result.code, record["outcome"]) == (0, "applied"), result.output
        assert {cloud.properties(name)["engineVersion"] for name in ("database-cluster", "database-instance-0")} == {
            "15.18"
        }


def test_a_major_upgrade_stops_at_the_parameter_groups_that_are_in_use(deployed):
    limits = "policies/environments.yaml"
    change(
        deployed.project,
        limits,
        "family: aurora-postgresql15\n    major: 15",
        "family: aurora-postgresql16\n    major: 16",
    )
    change(deployed.project, limits, '["15.10", "15.12", "15.13", "15.14", "15.15", "15.17"]', '["16.9"]')
    set_value(deployed, ENGINE, "16.9")
    with deployed.provider(STACK) as cloud:
        error = refused(deployed)

        assert "api error InvalidDBParameterGroupState" in error
        assert cloud.properties("database-cluster")["engineVersion"] == "15.17"


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


def test_an_image_that_is_not_in_the_repository_and_a_new_accounts_concurrency_are_refused(deployed):
    image = deployed.cloud_file(STACK).properties("lambda-app-function")["imageUri"]
    set_value(deployed, "parity:lambdaTimeoutSeconds", 31)
    with deployed.provider(STACK) as cloud:
        with cloud.change() as contents:
            contents.no_images.append(image)
        missing = refused(deployed)
        with cloud.change() as contents:
            contents.no_images.clear()
        cloud.limit("concurrent executions", 10)
        full = refused(deployed)

    assert "InvalidParameterValueException: source image" in missing
    assert "PutFunctionConcurrency, api error InvalidParameterValueException" in full


def test_a_stack_goes_with_the_interfaces_of_its_functions_unless_aws_holds_them(deployed):
    with deployed.provider(STACK) as cloud:
        cloud.hold_interfaces()
        result, record = destroy(deployed, STACK, "--confirm", STACK)
        assert (result.code, record["outcome"]) == (1, "failed"), result.output
        assert "DependencyViolation" in record["error"]
        with cloud.change() as contents:
            for interface in contents.interfaces.values():
                interface.held = False

        result, record = destroy(deployed, STACK, "--confirm", STACK)

        assert (result.code, record["outcome"], record["left"]) == (0, "destroyed", []), result.output
        assert cloud.read().resources == {}
        assert cloud.read().interfaces == {}
