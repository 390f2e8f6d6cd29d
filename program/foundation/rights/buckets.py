"""The policies of what the foundation keeps for all stacks: the state's bucket, and the repository of the image."""

from __future__ import annotations

import json
from collections.abc import Sequence


def state_bucket_policy(bucket: str, account: str) -> str:
    """Return the bucket's policy: nothing but TLS, and nobody from another account."""
    both = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    conditions = {
        "OnlyByTls": {"Bool": {"aws:SecureTransport": "false"}},
        "OnlyThisAccount": {"StringNotEquals": {"aws:PrincipalAccount": account}},
    }
    return _document(
        [
            {
                "Sid": sid,
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": both,
                "Condition": condition,
            }
            for sid, condition in conditions.items()
        ]
    )


def image_repository_policy(account: str, functions: Sequence[str]) -> str:
    """Return the repository's policy: Lambda pulls for the functions, which are given by their ARNs."""
    return _document(
        [
            {
                "Sid": "LambdaPulls",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": sorted(functions)},
                },
            }
        ]
    )


def _document(statements: list[dict[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"), sort_keys=True)
