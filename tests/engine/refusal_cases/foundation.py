"""The foundation: buckets, managed policies, trust, repositories of images."""

import json

from policies import tokens
from tests.engine.client import HERE
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, in_use, made, too_small

_LETTERS = "letters of a managed policy"
_ATTACHED = "managed policies of a role"
_ARN = f"arn:aws:iam::{HERE.account}"


def trusts(**principal):
    """Return a trust policy for the principal."""
    return json.dumps({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})


_NOBODY = trusts(AWS=[f"{_ARN}:role/{NOWHERE}"])
_NO_PROVIDER = trusts(Federated=f"{_ARN}:oidc-provider/{NOWHERE}")


def of_another(ground, file):
    """Make a bucket of a name that somebody else's has."""
    with file.change() as contents:
        contents.buckets_of_others.append("a-bucket")
    return lambda: ground.make(tokens.BUCKET)


def bounding(ground, _file):
    """Delete a policy that is a role's boundary."""
    policy = ground.the(tokens.POLICY)
    ground.make(tokens.ROLE, permissionsBoundary=policy.id)
    return policy.delete


def one_too_many(ground, file):
    """Attach one policy more than a role may have."""
    ground.the(tokens.MANAGED_POLICY_ATTACHMENT)
    second = ground.make(tokens.POLICY, name="second")
    file.limit(_ATTACHED, 1)
    return lambda: ground.make(tokens.MANAGED_POLICY_ATTACHMENT, policyArn=second.outputs["arn"])


CASES = [
    Case("CreatePolicy", "EntityAlreadyExists", "a-managed-policy", again(tokens.POLICY)),
    Case("CreatePolicy", "LimitExceeded", "0 managed policies", full(tokens.POLICY, "managed policies")),
    Case("CreatePolicy", "MalformedPolicyDocument", "policy", made(tokens.POLICY, policy="{}")),
    Case("CreatePolicyVersion", "MalformedPolicyDocument", "policy", changed(tokens.POLICY, policy="{}")),
    Case("CreatePolicy", "LimitExceeded", "PolicySize: 9", too_small(tokens.POLICY, _LETTERS, 9)),
    Case("CreatePolicyVersion", "LimitExceeded", "PolicySize: 9", too_small(tokens.POLICY, _LETTERS, 9, changed)),
    Case("DeletePolicy", "DeleteConflict", "policyArn", in_use(tokens.POLICY, tokens.MANAGED_POLICY_ATTACHMENT)),
    Case("DeletePolicy", "DeleteConflict", "permissionsBoundary", bounding),
    Case("AttachRolePolicy", "NoSuchEntity", NOWHERE, made(tokens.MANAGED_POLICY_ATTACHMENT, role=NOWHERE)),
    Case(
        "AttachRolePolicy",
        "NoSuchEntity",
        f"policy/{NOWHERE}",
        made(tokens.MANAGED_POLICY_ATTACHMENT, policyArn=f"{_ARN}:policy/{NOWHERE}"),
    ),
    Case("AttachRolePolicy", "LimitExceeded", "PoliciesPerRole: 1", one_too_many),
    Case("CreateRole", "MalformedPolicyDocument", f"role/{NOWHERE}", made(tokens.ROLE, assumeRolePolicy=_NOBODY)),
    Case(
        "UpdateAssumeRolePolicy",
        "MalformedPolicyDocument",
        f"oidc-provider/{NOWHERE}",
        changed(tokens.ROLE, assumeRolePolicy=_NO_PROVIDER),
    ),
    Case("DeleteRole", "DeleteConflict", "a-role", in_use(tokens.ROLE, tokens.MANAGED_POLICY_ATTACHMENT)),
    Case(
        "CreateOpenIDConnectProvider",
        "EntityAlreadyExists",
        "https://example.com",
        again(tokens.IDENTITY_PROVIDER, clientIdLists=["another"]),
    ),
    Case(
        "CreateOpenIDConnectProvider",
        "LimitExceeded",
        "0 identity providers",
        full(tokens.IDENTITY_PROVIDER, "identity providers"),
    ),
    Case("CreateBucket", "BucketAlreadyExists", "is not available", of_another),
    Case("CreateBucket", "BucketAlreadyOwnedByYou", "a-bucket", again(tokens.BUCKET)),
    *(
        Case("CreateBucket", "InvalidBucketName", name, made(tokens.BUCKET, bucket=name))
        for name in ("A-Bucket", "xn--bucket", "ab", "a-bucket-s3alias")
    ),
    Case("PutBucketPolicy", "NoSuchBucket", NOWHERE, made(tokens.BUCKET_POLICY, bucket=NOWHERE)),
    Case("CreateRepository", "RepositoryAlreadyExistsException", "an-app", again(tokens.IMAGE_REPOSITORY)),
    Case("CreateRepository", "InvalidParameterException", "An App", made(tokens.IMAGE_REPOSITORY, name="An App")),
    Case("SetRepositoryPolicy", "RepositoryNotFoundException", NOWHERE, made(tokens.IMAGE_POLICY, repository=NOWHERE)),
]
