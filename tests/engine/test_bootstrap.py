"""The foundation from nothing: AWS and GitHub are asked, it is deployed with a local state, and that state moves."""

import urllib.request

import boto3
import pytest
from moto.server import ThreadedMotoServer

from program.offline.simulation import Cloud
from tests.engine.cloud_file import Fault
from tests.engine.harness import needs_pulumi, needs_the_double
from tests.engine.life import drift
from tests.program.github.server import LocalGitHub
from tests.program.github.state import empty

pytestmark = [*needs_pulumi, needs_the_double]
STACK, ACCOUNT, REGION = "foundation/main", "111122223333", "us-east-1"
BUCKET = f"parity-state-{ACCOUNT}"
CLOUD = Cloud(stack=STACK, region=REGION, account=ACCOUNT)
CLEAN, DRIFTED, COULD_NOT_RUN = 0, 1, 3
RIGHTS = {"actions": "read", "issues": "write", "variables": "write", "administration": "write"}


@pytest.fixture
def aws(monkeypatch):
    """Return where AWS is for who asks it beside the provider."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # What an earlier test made is in the same process.
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def place(engine, aws):
    """Return an engine with the credentials of an administrator in AWS and in GitHub; `github` is its repository."""
    for variable in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"):
        del engine.environment[variable]
    engine.environment.update(
        {
            "AWS_ACCESS_KEY_ID": "of-the-tests",
            "AWS_ENDPOINT_URL": aws,
            "AWS_REGION": REGION,
            "AWS_SECRET_ACCESS_KEY": "of-the-tests",
            "GITHUB_TOKEN": "of-the-tests",
        }
    )
    make_what_the_double_makes_elsewhere(aws, BUCKET, "prod", ("dev", "staging", "prod"))
    with LocalGitHub(empty(permissions=dict(RIGHTS))) as github, engine.provider(STACK, CLOUD):
        engine.environment["GITHUB_API_URL"] = github.url
        yield engine, github


def make_what_the_double_makes_elsewhere(aws, bucket, own, environments, region=REGION):
    """Make the bucket and the keys of a foundation of the environment `own`.

    The CLI takes them from here, the double has its own cloud.
    """
    place = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client(aws, "s3", region).create_bucket(Bucket=bucket, **place)
    kms = client(aws, "kms", region)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    for environment in environments:
        kms.create_alias(AliasName=f"alias/{own}-secrets-{environment}-key-main", TargetKeyId=key)


def client(aws, service, region=REGION):
    """Return a client of that AWS."""
    return boto3.client(service, region_name=region, endpoint_url=aws, aws_access_key_id="a", aws_secret_access_key="b")


def states(aws, bucket=BUCKET):
    """Return what the bucket holds of stacks, without the CLI's own copies."""
    held = client(aws, "s3").list_objects_v2(Bucket=bucket, Prefix=".pulumi/stacks/").get("Contents", [])
    return {found["Key"].removeprefix(".pulumi/stacks/") for found in held if found["Key"].endswith(".json")}


def refused(place, **variables: str) -> list[str]:
    """Return what `bootstrap` says against going on, having made nothing."""
    engine, _ = place
    engine.environment.update(variables)
    done = engine.parity("bootstrap", "--yes")
    assert done.code == COULD_NOT_RUN, done.output
    assert not engine.cloud_file(STACK).read().resources, "something was made all the same"
    return done.stderr.splitlines()[1:]


def test_from_nothing_to_a_foundation_whose_state_is_in_its_bucket(place, aws):
    engine, _ = place

    done = engine.parity("bootstrap", "--yes", seconds=500)

    assert done.code == CLEAN, done.output
    held = states(aws)
    assert "foundation/main.json" in held, "the state is where every other stack's will be"
    assert {"networking-stack/dev.json", "parity/dev.json"} <= held, "jobs that preview can't make a stack"
    local = engine.project / ".pulumi-state" / ".pulumi" / "stacks" / "foundation"
    assert not list(local.glob("main.json")), "and no longer where it was made"
    assert "What remains:" in done.stdout
    stack = (engine.project / "stacks/Pulumi.dev.yaml").read_text()
    assert stack.startswith("secretsprovider: awskms://alias/"), "every stack file names the key of its environment"
    again = engine.parity("bootstrap", "--yes", seconds=500)
    assert again.code == CLEAN, again.output
    assert "moving" not in again.stderr
    result, record = drift(engine, STACK)
    assert (result.code, record["verdict"]) == (CLEAN, "clean"), (
        f"nobody has to say where the state is\n{result.output}"
    )
    engine.cloud_file(STACK).set_property("github-service-deploy-prod-environment", "reviewers", [])
    result, record = drift(engine, STACK)
    assert (result.code, record["verdict"]) == (DRIFTED, "drifted"), result.output
    assert {change["name"]: [item["path"] for item in change["properties"]] for change in record["drifted"]} == {
        "github-service-deploy-prod-environment": ["reviewers[]"]
    }
    for command in record["advice"][0]["undo"].split("; "):
        done = engine.parity(*command.removeprefix("./parity ").split(), seconds=500)
        assert done.code == CLEAN, done.output
    assert engine.cloud_file(STACK).properties("github-service-deploy-prod-environment")["reviewers"]


def test_another_place_for_the_states_than_the_foundations_bucket_is_refused(place):
    (said,) = refused(place, PULUMI_BACKEND_URL="s3://other")

    assert said == (
        f"error: PULUMI_BACKEND_URL names another place than s3://{BUCKET}?region={REGION}, where the workflows look "
        "for every state; unset it, or mend stateBucket in the foundation's stack file"
    )


def test_a_failure_in_the_middle_is_told_and_the_next_run_goes_on_from_there(place):
    engine, _ = place
    with engine.cloud_file(STACK).change() as cloud:
        # An alias is made once its key is there, whatever the engine makes at the same time.
        message = "LimitExceededException: the account has no alias left"
        cloud.faults.append(Fault(operation="Create", type="aws:kms/alias:Alias", message=message))

    broken = engine.parity("bootstrap", "--yes", seconds=500)

    assert broken.code == COULD_NOT_RUN, broken.output
    assert "the account has no alias left" in broken.stdout
    made = engine.cloud_file(STACK).read().resources
    assert "aws:kms/key:Key" in made
    with engine.cloud_file(STACK).change() as cloud:
        cloud.faults.clear()
    done = engine.parity("bootstrap", "--yes", seconds=500)
    assert done.code == CLEAN, done.output
    again = engine.cloud_file(STACK).read().resources
    assert again["aws:kms/key:Key"].keys() == made["aws:kms/key:Key"].keys(), "what was there is not made twice"


def test_without_a_yes_nothing_is_made(place):
    engine, _ = place

    done = engine.parity("bootstrap", seconds=300)

    assert done.code != CLEAN
    assert "state-bucket" in done.stdout, "what would be made is shown"
    assert not engine.cloud_file(STACK).read().resources


def test_credentials_of_another_account_are_refused_before_anything_is_made(place):
    engine, _ = place
    file = engine.project / "stacks/foundation/Pulumi.main.yaml"
    limits = engine.project / "policies/environments.yaml"
    for path in (file, limits, *(engine.project / "stacks").glob("Pulumi.*.yaml")):
        path.write_text(path.read_text().replace(ACCOUNT, "444455556666"))

    (said,) = refused(place)

    assert said == (
        f"error: the credentials are of account {ACCOUNT}, the foundation's stack file names 444455556666; sign in to "
        "444455556666, or mend the file"
    )


def test_a_repository_that_is_none_is_refused(place):
    engine, _ = place
    file = engine.project / "stacks/foundation/Pulumi.main.yaml"
    text = file.read_text().replace("repository: parity", "repository: other")
    file.write_text(text.replace("octo/parity", "octo/other"))

    (said,) = refused(place)

    assert said.startswith("error: GitHub has no repository octo/other that the token may see")


def test_another_repository_of_the_name_is_refused_by_its_id(place):
    _, github = place
    github.state["repository_id"] = 7

    (said,) = refused(place)

    assert "the repository octo/parity has the id 7, the foundation's stack file says 100000000" in said


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("variables", "the token may not read actions/variables of octo/parity; give it Variables: write"),
        ("administration", "the token may not read rulesets of octo/parity; give it Administration: write"),
    ],
)
def test_a_token_without_a_right_is_told_which(place, scope, said):
    _, github = place
    del github.state["permissions"][scope]

    assert refused(place) == [f"error: {said}"]


def test_a_token_of_no_administrator_is_refused(place):
    _, github = place
    github.state["admin"] = False

    assert refused(place) == [
        "error: the token's owner is no administrator of octo/parity; take the token of one",
    ]


NO_ACCOUNT = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.mark.parametrize("token", ["", "unknown"])
def test_credentials_that_are_missing_on_both_sides_are_told_at_once(place, token, tmp_path):
    engine, github = place
    for kind in ("CONFIG", "SHARED_CREDENTIALS"):
        engine.environment[f"AWS_{kind}_FILE"] = str(tmp_path / "none")
    bad = {"method": "GET", "path": "/octo/parity", "status": 401, "message": "Bad credentials", "times": 1}
    github.state["faults"].append(bad)

    of_aws, of_github = refused(place, GITHUB_TOKEN=token, **NO_ACCOUNT)

    assert "AWS doesn't say whose credentials these are" in of_aws
    assert ("GitHub doesn't know the token" if token else "GITHUB_TOKEN is not set") in of_github
