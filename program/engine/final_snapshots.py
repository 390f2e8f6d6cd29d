"""Find, before anything is destroyed, what an earlier destroy left: a final snapshot of the name that the next one has.

Its name is fixed, so that the same input gives the same resources, and AWS takes it once. It would say so when all that
stands on the cluster is gone already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from policies import tokens
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.records import Refusal

_NOT_THERE = "DBClusterSnapshotNotFoundFault"
_QUICK = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})


def taken_snapshots(checkpoint: Checkpoint, say: Callable[[str], None]) -> tuple[Refusal, ...]:
    """Return a refusal for each name of a final snapshot that AWS has; where AWS can't be asked, say so and go on."""
    return tuple(_refusal(name) for name, region in _final_snapshots(checkpoint) if _is_there(name, region, say))


def _final_snapshots(checkpoint: Checkpoint) -> Iterator[tuple[str, str]]:
    """Yield name and region of each snapshot that a destroy takes."""
    for state in checkpoint.states:
        name, arn = state.inputs.get("finalSnapshotIdentifier"), state.outputs.get("arn")
        if state.type != tokens.CLUSTER or state.inputs.get("skipFinalSnapshot") is not False:
            continue
        if isinstance(name, str) and isinstance(arn, str):
            yield name, arn.split(":")[3]


def _is_there(name: str, region: str, say: Callable[[str], None]) -> bool:
    try:
        client = boto3.client("rds", region_name=region, config=_QUICK)
        found = client.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else None
        if code != _NOT_THERE:
            why = " ".join(str(error).split())
            unasked = f"RDS can't be asked whether it has a snapshot {name} ({why})"
            say(f"{unasked}; if it has, the destroy stops at the cluster")
        return False
    return bool(found["DBClusterSnapshots"])


def _refusal(name: str) -> Refusal:
    return Refusal(
        code="snapshot-taken",
        expected=f"no snapshot {name}, which is what the final one of the cluster is called",
        found="one that an earlier destroy left",
        fix="copy it under another name and delete it, then destroy again (.github/RECOVERING.md has the commands)",
    )
