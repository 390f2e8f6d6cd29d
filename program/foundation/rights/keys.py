"""The policy of the foundation's own keys: of the state's bucket, and of the secrets in an environment's state."""

from __future__ import annotations

import json

from policies.key_actions import ADMINISTRATION

_USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")


def state_key_policy(account: str) -> str:
    """Return the policy: the account's own policies decide, which name a key by its ARN or not at all."""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    statements = [
        {"Sid": sid, "Effect": "Allow", "Principal": root, "Action": list(actions), "Resource": "*"}
        for sid, actions in (("Administer", ADMINISTRATION), ("Use", _USE))
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"), sort_keys=True)
