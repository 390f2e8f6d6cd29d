"""Ask AWS, before anything is made: whose account the credentials are of, and whether the bucket's name is free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from program.errors import CouldNotRunError

# Executions that Lambda lets nobody reserve, and those that an account usually has.
_KEPT_BY_LAMBDA = 100
_USUAL = 1000


def account_problems(*, account: str, bucket: str, region: str) -> Iterator[str]:
    """Yield in one line each what stands against a foundation in the account, with a bucket of that name.

    Raises CouldNotRunError when AWS can't be asked.
    """
    found = _account()
    if found != account:
        yield (
            f"the credentials are of account {found}, the foundation's stack file names {account}; sign in to "
            f"{account}, or mend the file"
        )
        return
    if bucket_is_there(bucket, account=account, region=region) is None:
        yield (
            f"the bucket name {bucket} is taken by another account, as a name is taken once in all of AWS; choose "
            f"another stateBucket"
        )


def bucket_is_there(bucket: str, *, account: str, region: str) -> bool | None:
    """Tell whether the account has the bucket; None where another account has it.

    HeadBucket answers 403 for a bucket of another owner than the one that is expected
    (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html).
    """
    client = boto3.client("s3", region_name=region)
    try:
        client.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except (BotoCoreError, ClientError) as error:
        answer = error.response if isinstance(error, ClientError) else {}
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == HTTPStatus.NOT_FOUND:
            return False
        if status == HTTPStatus.FORBIDDEN:
            return None
        raise CouldNotRunError(f"S3 can't be asked for the bucket {bucket}: {error}") from None
    return True


def concurrency_shortages(reserved: Mapping[str, int]) -> Iterator[str]:
    """Yield a line for each region whose Lambda quota is too low for what the account's stacks reserve there.

    A new account has 10 concurrent executions, and Lambda keeps 100 that nobody may reserve
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html). What can't be asked is left out.
    """
    for region, wanted in sorted(reserved.items()):
        try:
            told: dict[str, Any] = boto3.client("lambda", region_name=region).get_account_settings()
        except (BotoCoreError, ClientError):
            continue
        found = int(told["AccountLimit"]["ConcurrentExecutions"])
        needed = wanted + _KEPT_BY_LAMBDA
        if found < needed:
            yield (
                f"the account may run {found} functions at once in {region}; its stacks reserve {wanted}, and Lambda "
                f"keeps {_KEPT_BY_LAMBDA}: aws service-quotas request-service-quota-increase --service-code lambda "
                f"--quota-code L-B99A9384 --desired-value {max(needed, _USUAL)} --region {region}"
            )


def _account() -> str:
    try:
        told: dict[str, Any] = boto3.client("sts", region_name="us-east-1").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise CouldNotRunError(
            f"AWS doesn't say whose credentials these are: {error}; sign in to the account, for example with "
            f"`aws sso login`"
        ) from None
    return str(told["Account"])
