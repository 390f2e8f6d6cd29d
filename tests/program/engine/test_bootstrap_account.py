"""What is asked of AWS before a foundation is made: whose credentials these are, and whose bucket has the name."""

import boto3
import pytest
from botocore.stub import Stubber

from program.engine.bootstrap.account import account_problems, bucket_is_there, concurrency_shortages
from program.errors import CouldNotRunError

ACCOUNT, BUCKET, REGION = "111122223333", "parity-state-111122223333", "us-east-1"


@pytest.fixture
def aws(monkeypatch):
    """Return stubs of STS and S3, which answer what a test tells them."""
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": REGION}
    clients = {name: boto3.client(name, **keys) for name in ("sts", "s3", "lambda")}
    stubs = {name: Stubber(client) for name, client in clients.items()}
    for stub in stubs.values():
        stub.activate()
    monkeypatch.setattr(boto3, "client", lambda name, **_: clients[name])
    return stubs


def problems(aws, *, account=ACCOUNT, status=404):
    aws["sts"].add_response("get_caller_identity", {"Account": account})
    asked = {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT}
    if status == 200:
        aws["s3"].add_response("head_bucket", {}, asked)
    else:
        aws["s3"].add_client_error("head_bucket", str(status), "no", status, expected_params=asked)
    return list(account_problems(account=ACCOUNT, bucket=BUCKET, region=REGION))


@pytest.mark.parametrize("status", [200, 404], ids=["the account's own bucket", "no bucket"])
def test_nothing_stands_against_the_own_account_with_a_name_that_is_free_or_its_own(aws, status):
    assert problems(aws, status=status) == []


def test_a_bucket_of_another_account_is_told(aws):
    (said,) = problems(aws, status=403)

    assert said == (
        "the bucket name parity-state-111122223333 is taken by another account, as a name is taken once in all of "
        "AWS; choose another stateBucket"
    )


def test_credentials_of_another_account_are_told_and_its_buckets_are_not_asked_for(aws):
    (said,) = problems(aws, account="444455556666")

    assert said.startswith(
        "the credentials are of account 444455556666, the foundation's stack file names 111122223333"
    )


def test_a_bucket_that_can_not_be_asked_for_is_a_failure_to_run(aws):
    with pytest.raises(CouldNotRunError, match="S3 can't be asked for the bucket parity-state-111122223333"):
        problems(aws, status=500)


def test_without_credentials_it_says_what_to_do(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nonexistent")

    with pytest.raises(CouldNotRunError, match="sign in to the account, for example with `aws sso login`"):
        list(account_problems(account=ACCOUNT, bucket=BUCKET, region=REGION))


def test_a_bucket_is_there_free_or_somebody_elses(aws):
    for status, found in ((200, True), (404, False), (403, None)):
        if status == 200:
            aws["s3"].add_response("head_bucket", {})
        else:
            aws["s3"].add_client_error("head_bucket", str(status), "no", status)
        assert bucket_is_there(BUCKET, account=ACCOUNT, region=REGION) is found


def test_an_account_that_may_run_too_few_functions_is_told_what_to_ask_for(aws):
    limit = {"AccountLimit": {"ConcurrentExecutions": 10}}
    aws["lambda"].add_response("get_account_settings", limit)

    (said,) = concurrency_shortages({"us-east-2": 12})

    assert said.startswith("the account may run 10 functions at once in us-east-2; its stacks reserve 12, and Lambda")
    assert said.endswith("--quota-code L-B99A9384 --desired-value 1000 --region us-east-2")


def test_an_account_that_may_run_enough_or_that_can_not_be_asked_is_told_nothing(aws):
    aws["lambda"].add_response("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 1000}})
    aws["lambda"].add_client_error("get_account_settings", "AccessDenied", "no", 403)

    assert list(concurrency_shortages({"us-east-2": 12, "us-west-2": 52})) == []
