"""The whole life of every stack by the commands, with the real engine: what each leaves, and what each refuses."""

import shutil

import pytest

from program.project.definition import ROOT, SERVICE
from program.project.stackfile import stack_names
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, destroy, drift, must_deploy, preview
from tests.program.cli.running import change

pytestmark = [*needs_pulumi, needs_the_double]

HASHES = ("declared", "planned", "deployed")


def hashes(record):
    return {source: record[source]["resourcesHash"] for source in HASHES if record.get(source)}


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_a_stack_is_previewed_applied_found_unchanged_and_clean_and_destroyed_to_nothing(engine, stack):
    engine.make_network(stack)
    with engine.provider(stack) as cloud:
        result, planned, bundle = preview(engine, stack)
        assert (result.code, planned["outcome"], planned["differences"]) == (0, "clean", []), result.output
        assert planned["planned"]["unknowns"] > 0
        assert {change["operation"] for change in planned["changes"]} == {"create"}

        result, applied = apply(engine, stack, bundle)
        assert (result.code, applied["outcome"], applied["differences"]) == (0, "applied", []), result.output
        assert applied["deployed"] == applied["declared"]

        result, again, _ = preview(engine, stack, "second")
        assert (result.code, again["changes"], again["differences"]) == (0, [], []), result.output
        assert len(set(hashes(again).values())) == 1
        assert set(hashes(again)) == set(HASHES)

        result, found = drift(engine, stack)
        assert (result.code, found["verdict"]) == (0, "clean"), result.output

        result, gone = destroy(engine, stack, "--confirm", stack)
        assert (result.code, gone["outcome"], gone["left"]) == (0, "destroyed", []), result.output
        assert cloud.read().resources == {}
    assert stack not in engine.must("stack", "ls").stdout


def test_the_manifests_of_all_three_sources_are_printed_alike(engine):
    engine.make_network(STACK)
    with engine.provider(STACK):
        must_deploy(engine, STACK)
        _, _, bundle = preview(engine, STACK)
    exported = engine.folder / "export.json"
    exported.write_text(engine.must("stack", "export", "--stack", STACK).stdout)

    manifests = [
        engine.parity("manifest", STACK),
        engine.parity("manifest", STACK, "--from", "preview", str(bundle)),
        engine.parity("manifest", STACK, "--from", "state", str(exported)),
    ]

    assert len({manifest.stdout for manifest in manifests}) == 1, [manifest.output[:300] for manifest in manifests]
    files = []
    for source, manifest in zip(HASHES, manifests, strict=True):
        file = engine.folder / f"{source}.json"
        file.write_text(manifest.stdout.replace('"retentionInDays":30', '"retentionInDays":7', source == "deployed"))
        files += [f"--{source}", str(file)]
    compared = engine.parity("compare", *files)
    assert compared.code == 1
    assert "retentionInDays" in compared.stdout


@pytest.fixture
def deployed_stack(deployed):
    """Return an engine in which the stack is deployed, with its cloud."""
    with deployed.provider(STACK) as cloud:
        yield deployed, cloud


def test_a_property_that_somebody_changed_and_a_resource_that_somebody_deleted_are_drift(deployed_stack):
    engine, cloud = deployed_stack
    cloud.set_property("database-cluster", "backupRetentionPeriod", 1)
    cloud.remove("monitoring-app-errors")
    before = engine.export(STACK)

    result, found = drift(engine, STACK)

    assert (result.code, found["verdict"], found["pending"]) == (1, "drifted", []), result.output
    told = {
        item["name"]: (item["operation"], [(p["path"], p["before"], p["after"]) for p in item["properties"]])
        for item in found["drifted"]
    }
    assert told == {
        "database-cluster": ("update", [("backupRetentionPeriod", 7, 1)]),
        "monitoring-app-errors": ("delete", []),
    }
    assert "rds-backup-retention" in {
        finding["rule"] for finding in found["findings"] if finding["outcome"] == "failed"
    }
    assert engine.export(STACK) == before, "a drift check must not change the state"


def test_code_that_is_not_deployed_yet_is_pending_and_no_drift(deployed_stack):
    engine, _ = deployed_stack
    change(engine.project, f"stacks/Pulumi.{STACK}.yaml", "config:\n", "config:\n  parity:lambdaTimeoutSeconds: 31\n")

    result, found = drift(engine, STACK)

    assert (result.code, found["verdict"], found["drifted"]) == (1, "undeployed", []), result.output
    assert {(item["resource"].rpartition("::")[2], item["property"]) for item in found["pending"]} == {
        ("configuration", "lambda.timeoutSeconds"),
        ("lambda-app-function", "timeout"),
    }


def test_a_cloud_that_cannot_be_read_is_neither_clean_nor_drifted(deployed_stack):
    engine, cloud = deployed_stack
    from tests.engine.cloud_file import Fault

    cloud.fail(Fault(operation="Read", type="aws:rds/cluster:Cluster", message="AccessDenied: rds:DescribeDBClusters"))

    result, found = drift(engine, STACK)

    assert (result.code, found["verdict"]) == (3, "check-failed"), result.output
    assert "database-cluster" in found["error"]
    assert "AccessDenied" in found["error"]


def test_after_a_rotation_there_is_no_drift(deployed_stack):
    engine, cloud = deployed_stack
    # What finishSecret leaves: another version is current, and the deployment's own has lost its label.
    cloud.set_property("secrets-bootstrap", "versionStages", ["AWSPREVIOUS"])

    result, found = drift(engine, STACK)

    assert (result.code, found["verdict"], found["drifted"]) == (0, "clean", []), result.output


def test_a_plan_is_refused_after_the_state_has_moved(deployed_stack):
    engine, _ = deployed_stack
    change(engine.project, f"stacks/Pulumi.{STACK}.yaml", "config:\n", "config:\n  parity:lambdaTimeoutSeconds: 31\n")
    _, _, bundle = preview(engine, STACK, "stale")
    must_deploy(engine, STACK)

    result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) == (1, "refused"), result.output
    assert [refusal["code"] for refusal in record["refusals"]] == ["state"]


def test_a_plan_is_refused_after_the_code_has_changed(deployed_stack):
    engine, cloud = deployed_stack
    _, _, bundle = preview(engine, STACK, "stale")
    before = cloud.read()
    change(
        engine.project,
        "program/service/stack.py",
        "import pulumi_aws as aws",
        "import pulumi_aws as aws  # a byte",
    )

    result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) == (1, "refused"), result.output
    assert [refusal["code"] for refusal in record["refusals"]] == ["source"]
    assert cloud.read() == before


def test_a_surprise_replacement_of_the_cluster_is_stopped_until_it_is_named(deployed_stack):
    engine, cloud = deployed_stack
    change(engine.project, f"stacks/Pulumi.{STACK}.yaml", "config:\n", "config:\n  parity:databaseName: other\n")
    result, planned, bundle = preview(engine, STACK, "replacing")
    assert result.code == 0, result.output
    replaced = {change["name"]: change for change in planned["changes"] if change["operation"] == "replace"}
    assert [item["path"] for item in replaced["database-cluster"]["properties"] if item["replaces"]] == ["databaseName"]
    before = cloud.read()

    result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) == (1, "refused"), result.output
    assert "database-cluster" in record["refusals"][0]["expected"]
    assert cloud.read() == before

    losing = [name for name, item in replaced.items() if item["stateful"]]
    result, record = apply(engine, STACK, bundle, *(option for name in losing for option in ("--confirm", name)))
    assert (result.code, record["outcome"]) == (0, "applied"), result.output
    assert cloud.properties("database-cluster")["databaseName"] == "other"


def test_a_mandatory_violation_stops_the_preview_and_its_bundle_is_not_applied(deployed_stack):
    engine, cloud = deployed_stack
    change(
        engine.project,
        "program/service/components/database.py",
        "copy_tags_to_snapshot=True",
        "copy_tags_to_snapshot=False",
    )
    before = cloud.read()

    result, planned, bundle = preview(engine, STACK, "violating")

    assert (result.code, planned["outcome"]) == (1, "blocked"), result.output
    failed = {finding["rule"]: finding["message"] for finding in planned["findings"] if finding["outcome"] == "failed"}
    assert "copyTagsToSnapshot is false; it must be true" in failed.values()
    result, record = apply(engine, STACK, bundle)
    assert (result.code, [refusal["code"] for refusal in record["refusals"]]) == (1, ["blocked"])
    assert cloud.read() == before


def test_a_rule_that_the_preview_cannot_decide_is_listed_and_decided_by_the_offline_check(engine):
    engine.make_network(STACK)
    with engine.provider(STACK):
        _, planned, _ = preview(engine, STACK)

    undecided = [finding for finding in planned["findings"] if finding["outcome"] == "undecided"]
    assert "iam-no-admin" in {finding["rule"] for finding in undecided}
    assert all(finding["message"].endswith("the offline check decided it") for finding in undecided)
    assert {finding["level"] for finding in undecided} == {"advisory"}


def test_a_review_stack_lives_beside_the_environment_that_it_borrows_from(deployed):
    template = deployed.folder / "review.yaml"
    text = (deployed.project / "stacks" / f"Pulumi.{STACK}.yaml").read_text()
    template.write_text(text.replace("environmentSuffix: main", "environmentSuffix: pr-7"))
    options = ("--config-file", str(template))
    with deployed.provider(STACK) as cloud:
        others = cloud.read().resources
        result, _, bundle = preview(deployed, "pr-7", "bundle", *options)
        assert result.code == 0, result.output
        result, _ = apply(deployed, "pr-7", bundle, *options)
        assert result.code == 0, result.output
        assert any("pr-7" in id_ for by_id in cloud.read().resources.values() for id_ in by_id)

        result, record = destroy(deployed, "pr-7", *options)

        assert (result.code, record["outcome"]) == (0, "destroyed"), result.output
        assert cloud.read().resources == others
    assert list((deployed.project / "stacks").glob("*pr-7*")) == []


def test_a_long_lived_stack_is_not_destroyed_without_its_name(deployed_stack):
    engine, cloud = deployed_stack
    before = cloud.read()

    result, record = destroy(engine, STACK)

    assert (result.code, record["outcome"]) == (1, "refused"), result.output
    assert cloud.read() == before


def test_a_preview_with_refresh_undoes_what_drifted(deployed_stack):
    engine, cloud = deployed_stack
    cloud.set_property("database-cluster", "backupRetentionPeriod", 1)

    result, planned, bundle = preview(engine, STACK, "undoing", "--refresh")
    assert result.code == 0, result.output
    assert [(item["operation"], item["name"]) for item in planned["changes"]] == [("update", "database-cluster")]
    result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) == (0, "applied"), result.output
    assert cloud.properties("database-cluster")["backupRetentionPeriod"] == 7


def test_what_is_undone_is_told_and_a_live_value_is_in_no_file_of_the_bundle(deployed_stack):
    engine, cloud = deployed_stack
    environment = cloud.properties("lambda-app-function")["environment"]
    by_hand = environment["variables"] | {"DB_PASSWORD": "by-hand-1"}
    cloud.set_property("lambda-app-function", "environment", {"variables": by_hand})

    result, planned, bundle = preview(engine, STACK, "undoing", "--refresh")

    assert result.code == 0, result.output
    changes = {item["name"]: item["properties"] for item in planned["changes"]}
    assert [(each["path"], each["before"], each["after"]) for each in changes["lambda-app-function"]] == [
        ("environment.variables.DB_PASSWORD", "${not shown}", None)
    ]
    written = {file.name for file in bundle.iterdir() if "by-hand-1" in file.read_text()}
    assert (written, "by-hand-1" in result.output) == (set(), False)
    result, record = apply(engine, STACK, bundle)
    assert (result.code, record["outcome"]) == (0, "applied"), result.output
    assert "by-hand-1" not in result.output
    assert cloud.properties("lambda-app-function")["environment"] == environment


def test_a_plan_of_one_machine_is_applied_on_another(deployed_stack):
    engine, _ = deployed_stack
    change(engine.project, f"stacks/Pulumi.{STACK}.yaml", "config:\n", "config:\n  parity:lambdaTimeoutSeconds: 31\n")
    kept_by_a_machine = engine.project / ".pulumi-state"

    result, _, bundle = preview(engine, STACK, "elsewhere")
    assert result.code == 0, result.output
    shutil.rmtree(kept_by_a_machine)
    result, record = apply(engine, STACK, bundle)

    assert (result.code, record["outcome"]) == (0, "applied"), result.output
