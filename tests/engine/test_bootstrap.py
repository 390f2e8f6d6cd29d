"""The foundation from nothing: AWS and GitHub are asked, it is deployed with a local state, and that state moves."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

from program.offline.simulation import Cloud
from tests.engine.harness import needs_pulumi, needs_the_double
from tests.program.github.server import LocalGitHub
from tests.program.github.state import empty

pytestmark = [*needs_pulumi, needs_the_double]
STACK, ACCOUNT, REGION = "foundation/main", "111122223333", "us-east-1"
CLOUD = Cloud(stack=STACK, region=REGION, account=ACCOUNT)
CLEAN, COULD_NOT_RUN = 0, 3
RIGHTS = {"actions": "read", "issues": "write", "variables": "write", "administration": "write"}


@pytest.fixture
def aws(monkeypatch):
    """Return where AWS is for who asks it beside the provider: an account with the key that the foundation makes."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def place(engine, aws):
    """Return an engine with the credentials of an administrator in AWS and in GitHub; `github` is its repository."""
    del engine.environment["PULUMI_CONFIG_PASSPHRASE"]
    engine.environment.update(
        {
            "AWS_ACCESS_KEY_ID": "of-the-tests",
            "AWS_ENDPOINT_URL": aws,
            "AWS_REGION": REGION,
            "AWS_SECRET_ACCESS_KEY": "of-the-tests",
            "GITHUB_TOKEN": "of-the-tests",
        }
    )
    kms = boto3.client("kms", region_name=REGION, endpoint_url=aws, aws_access_key_id="a", aws_secret_access_key="b")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/prod-secrets-prod-key-main", TargetKeyId=key)
    with LocalGitHub(empty(permissions=RIGHTS)) as github, engine.provider(STACK, CLOUD):
        engine.environment["GITHUB_API_URL"] = github.url
        yield engine, github


def test_from_nothing_to_a_foundation_whose_state_is_in_its_backend(place):
    engine, _ = place

    done = engine.parity("bootstrap", "--yes", seconds=500)

    assert done.code == CLEAN, done.output
    held = {path.name for path in engine.state.rglob("main.json")}
    assert held == {"main.json"}, "the state is where every other stack's will be"
    local = engine.project / ".pulumi-state" / ".pulumi" / "stacks" / "foundation"
    assert not list(local.glob("main.json")), "and no longer where it was made"
    assert "What remains:" in done.stdout
    stack = (engine.project / "stacks/Pulumi.dev.yaml").read_text()
    assert stack.startswith("secretsprovider: awskms://alias/"), "every stack file names the key of its environment"
    again = engine.parity("bootstrap", "--yes", seconds=500)
    assert again.code == CLEAN, again.output
    assert "moving" not in again.stderr
