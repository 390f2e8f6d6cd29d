"""A destroy asks AWS first whether an earlier one left a snapshot of the name that the next final one would have."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from policies import tokens
from program.engine.final_snapshots import taken_snapshots
from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from tests.program.engine.standin import STACK, exported
from tests.program.engine.test_destroy import destroy

REGION = "us-east-2"
NAME = "dev-db-final-snapshot-main"


@pytest.fixture
def rds(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("rds", region_name=REGION)


def left_one(rds):
    """Let an earlier destroy have left a snapshot."""
    rds.create_db_cluster(
        DBClusterIdentifier="gone", Engine="aurora-postgresql", MasterUsername="root", MasterUserPassword="a-password"
    )
    rds.create_db_cluster_snapshot(DBClusterIdentifier="gone", DBClusterSnapshotIdentifier=NAME)


def protected():
    """Return what was deployed, with a cluster that leaves a final snapshot."""
    content = json.loads(exported("deployed"))
    (cluster,) = [item for item in content["deployment"]["resources"] if item["type"] == tokens.CLUSTER]
    cluster["inputs"] |= {"skipFinalSnapshot": False, "finalSnapshotIdentifier": NAME}
    return json.dumps(content)


def asked(text):
    said = []
    return taken_snapshots(parse_checkpoint(text, STACK), said.append), said


@pytest.mark.usefixtures("rds")
def test_a_name_that_nobody_has_is_no_reason():
    assert asked(protected()) == ((), [])


def test_a_cluster_without_a_final_snapshot_asks_nobody(monkeypatch):
    monkeypatch.setattr(boto3, "client", None)
    assert asked(exported("deployed")) == ((), [])


def test_a_destroy_that_aws_would_refuse_half_way_destroys_nothing(rds, commands, tmp_path):
    left_one(rds)
    commands.pulumi.answer("stack export", stdout=protected())

    code, record = destroy(commands, tmp_path, "--confirm", STACK)

    assert (code, record.outcome) == (1, "refused")
    (refusal,) = record.refusals
    assert (refusal.code, refusal.found) == ("snapshot-taken", "one that an earlier destroy left")
    assert refusal.expected.startswith(f"no snapshot {NAME}, ")
    assert refusal.fix.startswith("copy it under another name and delete it, then destroy again")
    assert commands.pulumi.commands == ["stack export"]


def test_once_the_old_one_has_another_name_the_destroy_goes_on(rds):
    left_one(rds)
    rds.copy_db_cluster_snapshot(SourceDBClusterSnapshotIdentifier=NAME, TargetDBClusterSnapshotIdentifier=f"{NAME}-1")
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=NAME)

    assert asked(protected()) == ((), [])


@pytest.mark.usefixtures("rds")
def test_without_the_right_to_ask_it_says_so_and_goes_on(monkeypatch):
    def refuse(*_arguments):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not\nallowed"}}, "DescribeDBClusterSnapshots")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    refusals, (line,) = asked(protected())

    assert refusals == ()
    assert line.startswith(f"RDS can't be asked whether it has a snapshot {NAME} (An error occurred (AccessDenied)")
    assert line.endswith("not allowed); if it has, the destroy stops at the cluster")


def test_without_credentials_it_says_so_and_goes_on(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    refusals, (line,) = asked(protected())
    assert refusals == ()
    assert "(Unable to locate credentials)" in line
