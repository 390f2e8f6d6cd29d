"""The end of a foundation: its state goes from its bucket to a local one, and from there it goes to nothing."""

import json

from tests.engine.cloud_file import Fault
from tests.engine.harness import needs_pulumi, needs_the_double
from tests.engine.life import destroy
from tests.engine.test_bootstrap import BUCKET, CLEAN, COULD_NOT_RUN, REGION, STACK, aws, client, place, states
from tests.program.cli.running import change

__all__ = ["aws", "place"]
pytestmark = [*needs_pulumi, needs_the_double]
REFUSED = 1
FILE = "stacks/foundation/Pulumi.main.yaml"
CONFIRMED = ("--confirm", STACK)
NOT_EMPTY = (
    f"deleting S3 Bucket ({BUCKET}): operation error S3: DeleteBucket, https response error StatusCode: 409, api error "
    "BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket."
)


def bootstrap(engine):
    done = engine.parity("bootstrap", "--yes", seconds=500)
    assert done.code == CLEAN, done.output


def refused(engine) -> list[tuple[str, str, str]]:
    """Return why the foundation stays; its state is where it was then."""
    result, record = destroy(engine, STACK, *CONFIRMED)
    assert (result.code, record["outcome"]) == (REFUSED, "refused"), result.output
    return [(refusal["code"], refusal["found"], refusal["fix"]) for refusal in record["refusals"]]


def a_network(engine) -> None:
    """Let dev's network have something, as far as its state says."""
    folder = engine.project / "program" / "network"
    urn = "urn:pulumi:dev::networking-stack::pulumi:pulumi:Stack::networking-stack-dev"
    deployment = {"resources": [{"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack"}]}
    deployment["manifest"] = {"time": "2024-01-01T00:00:00Z", "magic": "", "version": ""}
    file = engine.folder / "network.json"
    file.write_text(json.dumps({"version": 3, "deployment": deployment}))
    environment = {"PULUMI_BACKEND_URL": f"s3://{BUCKET}?region={REGION}"}
    engine.environment.update(environment)
    engine.must("stack", "import", "--stack", "dev", "--file", str(file), folder=folder)
    del engine.environment["PULUMI_BACKEND_URL"]


def keyed(engine) -> list[str]:
    """Return the stack files that name a key."""
    files = sorted((engine.project / "stacks").rglob("Pulumi.*.yaml"))
    return [file.name for file in files if "secretsprovider" in file.read_text()]


def test_a_foundation_is_taken_down_once_nothing_stands_on_it_and_goes_on_after_a_failure(place, aws):
    engine, _ = place
    bootstrap(engine)
    local = engine.project / ".pulumi-state" / ".pulumi" / "stacks" / "foundation" / "main.json"

    ((code, found, fix),) = refused(engine)
    assert (code, found) == ("protected", f"protected, the default, in {FILE}:1")
    assert fix.startswith(f"write `foundation:dataProtection: ephemeral` into {FILE}, then `./parity bootstrap {STACK}")
    change(engine.project, FILE, "config:\n", "config:\n  foundation:dataProtection: ephemeral\n")
    a_network(engine)
    protected, standing = refused(engine)
    assert (protected[0], protected[2]) == ("protected", f"`./parity bootstrap {STACK}` takes the protection off")
    assert standing[1:] == ("network/dev, with 1", "`./parity destroy network/dev --confirm network/dev` first")
    assert "foundation/main.json" in states(aws), "what is refused moves no state"

    bootstrap(engine)
    result, _ = destroy(engine, "network/dev", "--confirm", "network/dev")
    assert result.code == CLEAN, result.output
    with engine.cloud_file(STACK).change() as cloud:
        cloud.faults.append(Fault(operation="Delete", type="aws:s3/bucket:Bucket", message=NOT_EMPTY))
    result, record = destroy(engine, STACK, *CONFIRMED)

    assert (result.code, record["outcome"]) == (COULD_NOT_RUN, "failed"), result.output
    assert record["error"].startswith(f"the bucket {BUCKET} of stack {STACK} got an object while it was emptied")
    assert ".pulumi-state/" in record["error"], "it says where the state lies"
    assert "foundation/main.json" not in states(aws)
    assert local.exists()
    assert keyed(engine), "as long as something is left, so are the keys' names"
    recovered = engine.parity("recover", STACK)
    assert recovered.code == CLEAN, f"it finds the state where that lies now\n{recovered.output}"
    with engine.cloud_file(STACK).change() as cloud:
        assert "aws:s3/bucket:Bucket" in cloud.resources
        cloud.faults.clear()
    result, record = destroy(engine, STACK, *CONFIRMED)

    assert (result.code, record["outcome"], record["left"]) == (CLEAN, "destroyed", []), result.output
    assert engine.cloud_file(STACK).read().resources == {}, "neither in AWS nor in GitHub"
    assert not local.exists()
    assert keyed(engine) == []
    assert "1. AWS deletes its keys in 7 days" in result.stderr
    # The double has emptied and deleted the bucket in a cloud of its own.
    s3 = client(aws, "s3")
    for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        s3.delete_object(Bucket=BUCKET, Key=found["Key"])
    s3.delete_bucket(Bucket=BUCKET)
    result, record = destroy(engine, STACK, *CONFIRMED)
    assert (result.code, record["outcome"]) == (CLEAN, "destroyed"), result.output
