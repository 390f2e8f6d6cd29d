"""Who takes a role on: one GitHub environment of one repository, by the workflow files and branches that may."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

PROVIDER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
MAIN = "refs/heads/main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository of GitHub; `subject` is how its tokens begin (`repo:octo/parity`, or with ids in it)."""

    name: str
    id: str
    subject: str


def trust(
    account: str,
    repository: Repository,
    *,
    environment: str,
    workflows: tuple[str, ...],
    branches: Literal["main", "any"],
) -> str:
    """Return the trust policy; every condition is compared whole but for the branch of what runs in pull requests.

    An environment's name stands in a token's subject as it is, with its `/`: GitHub writes the `:` in a value as `%3A`
    (OpenID Connect reference), and says of no other character that it is written otherwise. Seen in no token yet.
    """
    files = [f"{repository.name}/.github/workflows/{workflow}" for workflow in workflows]
    exact = {
        "aud": AUDIENCE,
        "environment": environment,
        "repository_id": repository.id,
        "sub": f"{repository.subject}:environment:{environment}",
    }
    equal: dict[str, str | list[str]] = {f"{PROVIDER}:{claim}": value for claim, value in exact.items()}
    by_file = f"{PROVIDER}:job_workflow_ref"
    if branches == "main":
        equal |= {f"{PROVIDER}:ref": MAIN, by_file: [f"{file}@{MAIN}" for file in files]}
        condition: dict[str, object] = {"StringEquals": equal}
    else:
        condition = {"StringEquals": equal, "StringLike": {by_file: [f"{file}@refs/*" for file in files]}}
    statement = {
        "Sid": "OneGitHubEnvironment",
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{PROVIDER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"), sort_keys=True)
