"""A stack whose database leaves a final snapshot is destroyed, deployed, and not destroyed by half the next time."""

import boto3

from policies import tokens
from tests.engine.harness import STACK, cloud_of, needs_pulumi, needs_the_double
from tests.engine.life import destroy
from tests.engine.test_bootstrap import aws
from tests.program.cli.running import change

__all__ = ["aws"]
pytestmark = [*needs_pulumi, needs_the_double]
DATABASE = "program/service/components/database.py"
NAME = "dev-db-final-snapshot-main"


def rds_of(aws):
    """Return RDS in the stack's region, as `destroy` asks it."""
    region = cloud_of(STACK).region
    return boto3.client("rds", region_name=region, endpoint_url=aws, aws_access_key_id="a", aws_secret_access_key="b")


def keep(rds, snapshots) -> None:
    """Let RDS have what the double has kept in a cloud of its own."""
    rds.create_db_cluster(
        DBClusterIdentifier="gone", Engine="aurora-postgresql", MasterUsername="m", MasterUserPassword="of-the-tests"
    )
    for name in snapshots:
        rds.create_db_cluster_snapshot(DBClusterIdentifier="gone", DBClusterSnapshotIdentifier=name)


def test_a_second_destroy_is_refused_before_anything_is_gone(deployed, aws):
    # What protects the data is off, as whoever destroys takes it off first; the snapshot is still wanted.
    change(deployed.project, DATABASE, "skip_final_snapshot=not protected", "skip_final_snapshot=False")
    change(deployed.project, DATABASE, '"final-snapshot") if protected else None', '"final-snapshot")')
    deployed.environment.update({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": aws})
    with deployed.provider(STACK) as cloud:
        deployed.must("up", "--yes", "--skip-preview", "--stack", STACK)
        first, record = destroy(deployed, STACK, "--confirm", STACK)
        assert (first.code, record["outcome"]) == (0, "destroyed"), first.output
        assert cloud.read().snapshots == [NAME]
        keep(rds_of(aws), cloud.read().snapshots)
        deployed.must("stack", "init", STACK)
        deployed.must("up", "--yes", "--skip-preview", "--stack", STACK)
        before = cloud.read()

        second, record = destroy(deployed, STACK, "--confirm", STACK)

        assert (second.code, record["outcome"]) == (1, "refused"), second.output
        assert cloud.read() == before
        (refusal,) = record["refusals"]
        assert refusal["code"] == "snapshot-taken"
        assert refusal["fix"].startswith("copy it under another name and delete it, then destroy again")
        # Whoever doesn't ask is refused by the double as by AWS, half way.
        unasked = deployed.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK)
        assert "DBClusterSnapshotAlreadyExistsFault" in unasked.output
        left = cloud.read().resources
        assert tokens.CLUSTER in left
        assert tokens.CLUSTER_INSTANCE not in left
