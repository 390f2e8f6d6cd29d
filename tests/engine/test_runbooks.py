"""RUNBOOKS.md, followed: a lost state comes back from the bucket's versions, data that is to stay is protected."""

import boto3
import pytest

from program.project.definition import ROOT
from tests.aws_cli import asked
from tests.documented import documented
from tests.engine.harness import STACK, needs_pulumi, needs_the_double
from tests.engine.life import apply, destroy, drift, preview
from tests.engine.test_bootstrap import aws
from tests.program.cli.running import change

__all__ = ["aws"]
pytestmark = [*needs_pulumi, needs_the_double]
GUIDE = (ROOT / ".github" / "RUNBOOKS.md").read_text()
BUCKET, REGION = "states-of-the-tests", "us-east-1"
STATE = f".pulumi/stacks/parity/{STACK}.json"


@pytest.fixture
def bucket(deployed, aws):
    """Put the backend of files into a bucket that keeps versions, as the foundation's does."""
    credentials = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    s3 = boto3.client("s3", region_name=REGION, endpoint_url=aws, aws_access_key_id="a", aws_secret_access_key="b")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for path in (deployed.state / ".pulumi").rglob("*"):
        if path.is_file():
            s3.put_object(Bucket=BUCKET, Key=path.relative_to(deployed.state).as_posix(), Body=path.read_bytes())
    deployed.environment.update(
        credentials | {"AWS_ENDPOINT_URL": aws, "AWS_REGION": REGION, "PULUMI_BACKEND_URL": f"s3://{BUCKET}"}
    )
    return s3


def cluster_of(cloud) -> str:
    """Return the id of the database."""
    return cloud.read().named("database-cluster")[1]


def told(beginning: str) -> str:
    (command,) = (each for each in documented(GUIDE) if each.startswith(beginning))
    return command


def test_a_lost_state_comes_back_from_the_versions_of_the_bucket(deployed, bucket):
    with deployed.provider(STACK):
        bucket.delete_object(Bucket=BUCKET, Key=STATE)
        lost, _ = drift(deployed, STACK)
        assert lost.code == 3
        assert f"there is no stack {STACK} in this backend" in lost.output

        versions = asked(bucket, told("aws s3api list-object-versions"), BUCKET=BUCKET)["Versions"]
        newest = next(found["VersionId"] for found in versions if found["Key"] == STATE)
        asked(bucket, told("aws s3api copy-object"), BUCKET=BUCKET, VERSION=newest)

        done, found = drift(deployed, STACK)
    assert (done.code, found["verdict"]) == (0, "clean"), done.output


def test_data_that_is_to_stay_is_protected_in_place_and_outlives_a_destroy(deployed):
    change(
        deployed.project, f"stacks/Pulumi.{STACK}.yaml", "config:\n", "config:\n  parity:dataProtection: protected\n"
    )
    refused = deployed.parity("check", "--stack", STACK)
    assert "dataProtection" in refused.stdout, "the environment allows it first"
    allowed = "    dataProtection: [ephemeral, protected]\n"
    change(deployed.project, "policies/environments.yaml", "    dataProtection: [ephemeral]\n", allowed)
    with deployed.provider(STACK) as cloud:
        before = cluster_of(cloud)
        done, record, bundle = preview(deployed, STACK)
        assert done.code == 0, done.output
        assert {found["operation"] for found in record["changes"]} <= {"update"}, "nothing is replaced"
        done, _ = apply(deployed, STACK, bundle)
        assert done.code == 0, done.output
        assert cloud.properties("database-cluster")["deletionProtection"] is True
        assert cluster_of(cloud) == before

        destroyed, record = destroy(deployed, STACK)
        assert destroyed.code == 1, "not without its name"
        destroyed, record = destroy(deployed, STACK, "--confirm", STACK)
        assert destroyed.code == 3
        assert cluster_of(cloud) == before, "and AWS keeps it all the same"
